'use strict';

const form = document.querySelector('form');
const squares = [...document.querySelectorAll('.square')];
const squareOf = new Map(squares.map((square) => [square.getAttribute('href').slice(1), square]));
const cases = [...document.querySelectorAll('.case')].map((details) => {
  const fragment = details.querySelector('.body').id;
  const id = details.querySelector('code').textContent.toLowerCase();
  return { details, id, fragment, square: squareOf.get(fragment) };
});

// The form's state is the query of the address, so that a view can be linked.

function asked() {
  const query = new URLSearchParams(new FormData(form));
  if (!query.get('case')) query.delete('case');
  return query;
}

function filter() {
  const query = asked();
  const verdicts = query.getAll('verdict');
  const text = (query.get('case') ?? '').toLowerCase();
  let shown = 0;
  for (const { details, id, square } of cases) {
    const wanted = verdicts.length === 0 || verdicts.includes(details.dataset.standing);
    details.hidden = square.hidden = !(wanted && id.includes(text));
    shown += details.hidden ? 0 : 1;
  }
  for (const group of document.querySelectorAll('.group, .scroll, tbody tr')) {
    group.hidden = !group.querySelector('.case:not([hidden]), .square:not([hidden])');
  }
  form.querySelector('output').textContent = `${shown} of ${cases.length} cases`;
  reach(squares.find((square) => square.tabIndex === 0 && !square.hidden));
}

function remember() {
  const query = asked().toString();
  history.replaceState(null, '', (query ? `?${query}` : location.pathname) + location.hash);
}

function recall() {
  const query = new URLSearchParams(location.search);
  form.elements.case.value = query.get('case') ?? '';
  for (const box of form.querySelectorAll('[name=verdict]')) {
    box.checked = query.getAll('verdict').includes(box.value);
  }
}

// One square of the matrix is reached by Tab, the others from there.

function reach(square) {
  const next = square ?? squares.find((other) => !other.hidden);
  for (const other of squares) other.tabIndex = other === next ? 0 : -1;
}

function neighbour(from, key) {
  const shown = squares.filter((square) => !square.hidden);
  const at = shown.indexOf(from);
  switch (key) {
    case 'ArrowLeft': return shown[at - 1];
    case 'ArrowRight': return shown[at + 1];
    case 'Home': return shown[0];
    case 'End': return shown[shown.length - 1];
    case 'ArrowUp': return nearest(from, shown, -1);
    case 'ArrowDown': return nearest(from, shown, 1);
  }
}

// What is straight above or below is nearer than what is aside.
function nearest(from, shown, direction) {
  const here = from.getBoundingClientRect();
  let best;
  let least = Infinity;
  for (const square of shown) {
    const there = square.getBoundingClientRect();
    const down = (there.top - here.top) * direction;
    const far = down + 3 * Math.abs(there.left - here.left);
    if (down > 1 && far < least) [best, least] = [square, far];
  }
  return best;
}

function caseAt(fragment) {
  return cases.find((one) => one.fragment === fragment);
}

function open(one) {
  if (!one) return;
  if (one.details.hidden) {
    form.reset();
    filter();
    remember();
  }
  one.details.open = true;
  one.details.querySelector('summary').focus();
  one.details.scrollIntoView();
}

function close(one) {
  if (!one) return;
  one.details.open = false;
  history.replaceState(null, '', location.pathname + location.search);
  (one.square.hidden ? one.details.querySelector('summary') : one.square).focus();
}

const hint = document.querySelector('.hint');
const tell = ({ target }) => {
  if (target.matches('.square')) hint.textContent = target.getAttribute('aria-label');
};

document.querySelector('#matrix').addEventListener('mouseover', tell);
document.querySelector('#matrix').addEventListener('focusin', (event) => {
  tell(event);
  if (event.target.matches('.square')) reach(event.target);
});

document.addEventListener('keydown', (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const next = target.matches('.square') ? neighbour(target, key) : undefined;
  if (next) {
    event.preventDefault();
    next.focus();
  } else if (key === 'Escape' && !target.matches('input')) {
    const details = target.closest('.case[open]');
    close(cases.find((one) => one.details === details) ?? caseAt(location.hash.slice(1)));
  }
});

// Not left to the browser: it would take the focus away from the case.
document.querySelector('#matrix').addEventListener('click', (event) => {
  const fragment = event.target.matches('.square') && event.target.getAttribute('href').slice(1);
  if (!fragment || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, '', `#${fragment}`);
  open(caseAt(fragment));
});

form.addEventListener('input', () => {
  filter();
  remember();
});
form.addEventListener('submit', (event) => event.preventDefault());
window.addEventListener('hashchange', () => open(caseAt(location.hash.slice(1))));

// On paper nothing can be opened.
let opened = [];
window.addEventListener('beforeprint', () => {
  opened = cases.filter(({ details }) => !details.open && !details.hidden && details.querySelector('.finding'));
  for (const { details } of opened) details.open = true;
});
window.addEventListener('afterprint', () => {
  for (const { details } of opened) details.open = false;
});

recall();
filter();
open(caseAt(location.hash.slice(1)));
