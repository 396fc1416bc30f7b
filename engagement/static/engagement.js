// Small comforts on top of pages that work without them.

// A form that was sent back: take the reader to the list of what needs attention.
const summary = document.querySelector('.errors');
if (summary) {
  summary.focus();
}

// The menu closes with Escape, or when the reader turns to something else.
const menu = document.querySelector('details.menu');
if (menu) {
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && menu.open) {
      menu.open = false;
      menu.querySelector('summary').focus();
    }
  });
  document.addEventListener('click', (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

// A definition that is linked to, as from a figure, opens; on paper all of them are open.
function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const closed = target && target.closest('details');
  if (closed) closed.open = true;
}
window.addEventListener('hashchange', openTarget);
openTarget();

const openedForPaper = [];
window.addEventListener('beforeprint', () => {
  document.querySelectorAll('details.def:not([open])').forEach((definition) => {
    definition.open = true;
    openedForPaper.push(definition);
  });
});
window.addEventListener('afterprint', () => {
  openedForPaper.splice(0).forEach((definition) => { definition.open = false; });
});

// A second press on a button that is already sending would send twice.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post') return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = 'yes';
  setTimeout(() => { delete form.dataset.sending; }, 3000);
});

// Where a person is typed, those who may be meant are offered while typing.
document.querySelectorAll('input[data-people]').forEach((input) => {
  const list = document.createElement('datalist');
  list.id = `${input.id}-people`;
  input.after(list);
  input.setAttribute('list', list.id);
  let waiting;
  input.addEventListener('input', () => {
    clearTimeout(waiting);
    const words = input.value.trim();
    if (words.length < 2) return;
    waiting = setTimeout(async () => {
      const address = `${input.dataset.people}?words=${encodeURIComponent(words)}`;
      const answer = await fetch(address, { headers: { Accept: 'application/json' } }).catch(() => null);
      if (!answer || !answer.ok || input.value.trim() !== words) return;
      const people = await answer.json().catch(() => []);
      list.replaceChildren(...people.map(({ reference, name }) => {
        const option = document.createElement('option');
        option.value = reference;
        option.label = name;
        return option;
      }));
    }, 200);
  });
});

// A text saves itself while it is written. What was refused, or met nobody signed in, is left to the button, which keeps it.
document.querySelectorAll('form[data-saves-itself]').forEach((form) => {
  const status = form.querySelector('.saved-itself');
  const typed = () => [...new FormData(form)].filter(([name]) => !['drawn_from', 'text_version', 'csrf_token'].includes(name));
  let saved = JSON.stringify(typed());
  let waiting;
  let running = null;

  async function save() {
    clearTimeout(waiting);
    const now = JSON.stringify(typed());
    if (now === saved) return;
    const sending = { method: 'POST', body: new FormData(form), headers: { Accept: 'application/json' }, redirect: 'manual' };
    const answer = await fetch(form.action, sending).catch(() => null);
    const isJson = answer && (answer.headers.get('Content-Type') || '').startsWith('application/json');
    const told = isJson ? await answer.json().catch(() => ({})) : {};
    if (answer && answer.ok && told.drawn_from) {
      saved = now;
      form.elements.drawn_from.value = told.drawn_from;
      form.elements.text_version.value = told.text_version;
      if (told.says) status.textContent = told.says;
    } else {
      // After a refusal it is not tried again; without a network it is, with the next letter.
      if (answer) form.removeEventListener('input', soon);
      status.textContent = told.says || 'Not saved yet. Press the button to save; what you typed is kept.';
    }
  }
  const begin = () => {
    if (!running) running = save().finally(() => { running = null; });
    return running;
  };
  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(begin, 2000);
  }
  form.addEventListener('input', soon);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden' && waiting) begin();
  });
  // A button waits for what is on its way, so that it sends the version that this makes.
  form.addEventListener('submit', (event) => {
    clearTimeout(waiting);
    if (!running) return;
    event.preventDefault();
    event.stopPropagation();
    running.finally(() => form.requestSubmit(event.submitter));
  });
});
