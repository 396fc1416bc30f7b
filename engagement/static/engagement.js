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
