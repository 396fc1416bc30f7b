// Moving somebody on the power/interest map, by arrow keys or with the pointer. Nothing is kept here: the form, to which every
// dot leads anyway, opens with the new place and asks why.

const map = document.querySelector('svg.pi.only-wide');
const says = document.querySelector('#map-says');
if (map && says) {
  const side = Number(map.dataset.side);
  let moved = null;
  let dragged = null;

  const written = (tenths) => (tenths / 10).toFixed(1);
  const within = (tenths) => Math.min(100, Math.max(0, Math.round(tenths)));
  const place = ({ dataset }) => ({ power: Number(dataset.power), interest: Number(dataset.interest) });

  function tell(words) {
    says.textContent = words;
  }

  // A dot is drawn where it would stand; its earlier place stays marked by a ring until it is kept or taken back.
  function show(dot, power, interest) {
    const from = place(dot);
    moved = { dot, power, interest };
    dot.setAttribute('transform', `translate(${((interest - from.interest) * side) / 100} ${((from.power - power) * side) / 100})`);
    dot.classList.add('is-moved');
  }

  function takeBack() {
    if (!moved) return;
    const { dot } = moved;
    dot.removeAttribute('transform');
    dot.classList.remove('is-moved');
    moved = null;
    tell(`${dot.dataset.name} is back at power ${written(dot.dataset.power)}, interest ${written(dot.dataset.interest)}.`);
  }

  function open({ dot, power, interest }) {
    const address = new URL(dot.getAttribute('href'), location.href);
    address.searchParams.set('influence', written(power));
    address.searchParams.set('interest', written(interest));
    location.assign(address);
  }

  const isMoved = () => moved && (moved.power !== place(moved.dot).power || moved.interest !== place(moved.dot).interest);
  const steps = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };

  map.addEventListener('keydown', (event) => {
    const dot = event.target.closest('a[data-power]');
    if (!dot || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Escape') {
      takeBack();
    } else if (event.key === 'Enter' && isMoved() && moved.dot === dot) {
      event.preventDefault();
      open(moved);
    } else if (steps[event.key]) {
      event.preventDefault();
      if (moved && moved.dot !== dot) takeBack();
      const now = moved || place(dot);
      const far = event.shiftKey ? 10 : 1;
      const [up, right] = steps[event.key];
      show(dot, within(now.power + up * far), within(now.interest + right * far));
      tell(`${dot.dataset.name}: power ${written(moved.power)}, interest ${written(moved.interest)}. Enter to say why, Escape to take it back.`);
    }
  });

  // Whoever goes on to another dot has not kept the move.
  map.addEventListener('focusout', (event) => {
    if (moved && !dragged && event.target === moved.dot) takeBack();
  });

  function under(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    return { x: point.x, y: point.y };
  }

  map.addEventListener('pointerdown', (event) => {
    const dot = event.target.closest('a[data-power]');
    if (!dot || event.button !== 0) return;
    takeBack();
    dragged = { dot, from: under(event), began: place(dot), isMoving: false, isTakenBack: false };
  });
  // Browsers would drag the link itself.
  map.addEventListener('dragstart', (event) => event.preventDefault());

  window.addEventListener('pointermove', (event) => {
    if (!dragged || dragged.isTakenBack) return;
    const { dot, from, began } = dragged;
    const at = under(event);
    if (!dragged.isMoving && Math.hypot(at.x - from.x, at.y - from.y) < 3) return;
    dragged.isMoving = true;
    show(dot, within(began.power - ((at.y - from.y) * 100) / side), within(began.interest + ((at.x - from.x) * 100) / side));
    tell(`${dot.dataset.name}: power ${written(moved.power)}, interest ${written(moved.interest)}. Let go to say why, Escape to take it back.`);
  });

  // Letting go is no click on the link.
  function swallowClick() {
    const stop = (event) => event.preventDefault();
    map.addEventListener('click', stop, { capture: true });
    setTimeout(() => map.removeEventListener('click', stop, { capture: true }), 50);
  }

  window.addEventListener('pointerup', () => {
    if (!dragged) return;
    const { isMoving, isTakenBack } = dragged;
    dragged = null;
    if (!isMoving) return;
    swallowClick();
    if (isMoved() && !isTakenBack) open(moved);
    else takeBack();
  });
  window.addEventListener('pointercancel', () => {
    dragged = null;
    takeBack();
  });
  window.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !dragged) return;
    dragged.isTakenBack = true;
    takeBack();
  });
  // Coming back with the browser's own button shows what is kept.
  window.addEventListener('pageshow', takeBack);
}
