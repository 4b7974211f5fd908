'use strict';

const form = document.querySelector('form');
const squares = [...document.querySelectorAll('.square')];
const squareOf = new Map(squares.map((square) => [square.getAttribute('href').slice(1), square]));
const cases = [...document.querySelectorAll('.case')].map((details) => {
  const fragment = details.querySelector('.body').id;
  const id = details.querySelector('code').textContent.toLowerCase();
  return { details, id, fragment, square: squareOf.get(fragment) };
});

// The query of the page's URL holds the state of the form, so that a filtered view has a link.

function formQuery() {
  const query = new URLSearchParams(new FormData(form));
  if (!query.get('case')) query.delete('case');
  return query;
}

function filter() {
  const query = formQuery();
  const verdicts = query.getAll('verdict');
  const part = (query.get('case') ?? '').toLowerCase();
  let shown = 0;
  for (const { details, id, square } of cases) {
    const matches = verdicts.length === 0 || verdicts.includes(details.dataset.status);
    details.hidden = square.hidden = !(matches && id.includes(part));
    shown += details.hidden ? 0 : 1;
  }
  for (const group of document.querySelectorAll('.group, table.matrix, .matrix tbody tr')) {
    group.hidden = !group.querySelector('.case:not([hidden]), .square:not([hidden])');
  }
  form.querySelector('output').textContent = `${shown} of ${cases.length} cases`;
  makeReachable(squares.find((square) => square.tabIndex === 0 && !square.hidden));
}

function saveFilter() {
  const query = formQuery().toString();
  history.replaceState(null, '', (query ? `?${query}` : location.pathname) + location.hash);
}

function loadFilter() {
  const query = new URLSearchParams(location.search);
  form.elements.case.value = query.get('case') ?? '';
  for (const box of form.querySelectorAll('[name=verdict]')) {
    box.checked = query.getAll('verdict').includes(box.value);
  }
}

// Tab reaches one square of the matrix. The arrow keys reach the others.

function makeReachable(square) {
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

// The distance to the side counts three times, so that a square straight above or below is preferred.
function nearest(from, shown, direction) {
  const here = from.getBoundingClientRect();
  let best;
  let least = Infinity;
  for (const square of shown) {
    const there = square.getBoundingClientRect();
    const down = (there.top - here.top) * direction;
    const distance = down + 3 * Math.abs(there.left - here.left);
    if (down > 1 && distance < least) [best, least] = [square, distance];
  }
  return best;
}

function caseOf(fragment) {
  return cases.find((known) => known.fragment === fragment);
}

function open(item) {
  if (!item) return;
  if (item.details.hidden) {
    form.reset();
    filter();
    saveFilter();
  }
  item.details.open = true;
  item.details.querySelector('summary').focus();
  item.details.scrollIntoView();
}

function close(item) {
  if (!item) return;
  item.details.open = false;
  history.replaceState(null, '', location.pathname + location.search);
  (item.square.hidden ? item.details.querySelector('summary') : item.square).focus();
}

const hint = document.querySelector('.hint');
const showLabel = ({ target }) => {
  if (target.matches('.square')) hint.textContent = target.getAttribute('aria-label');
};

document.querySelector('#matrix').addEventListener('mouseover', showLabel);
document.querySelector('#matrix').addEventListener('focusin', (event) => {
  showLabel(event);
  if (event.target.matches('.square')) makeReachable(event.target);
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
    close(cases.find((known) => known.details === details) ?? caseOf(location.hash.slice(1)));
  }
});

// Replaces the browser's own handling, which would move the focus away from the case.
document.querySelector('#matrix').addEventListener('click', (event) => {
  const fragment = event.target.matches('.square') && event.target.getAttribute('href').slice(1);
  if (!fragment || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, '', `#${fragment}`);
  open(caseOf(fragment));
});

form.addEventListener('input', () => {
  filter();
  saveFilter();
});
form.addEventListener('submit', (event) => event.preventDefault());
window.addEventListener('hashchange', () => open(caseOf(location.hash.slice(1))));

// Printing opens the cases with findings: a reader of the print cannot open them.
let opened = [];
window.addEventListener('beforeprint', () => {
  opened = cases.filter(({ details }) => !details.open && !details.hidden && details.querySelector('.finding'));
  for (const { details } of opened) details.open = true;
});
window.addEventListener('afterprint', () => {
  for (const { details } of opened) details.open = false;
});

loadFilter();
filter();
open(caseOf(location.hash.slice(1)));
