/**
 * Makes the forms quicker: they are sent in the background, and the page that comes back replaces the parts of this one.
 * Everything works without this file; it holds no text and no price of its own.
 */
const replacedParts = ['site-header', 'main', 'site-footer', 'no-answer'];

document.documentElement.classList.add('scripted');
prepare();

document.addEventListener('submit', (event) => {
  const form = event.target;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  // Enter changes a field and sends its form, and buttons are clicked twice: that is one wish, unless the form says that each counts.
  const isSentAlready = form.dataset.sent === fields.toString();
  if (isSentAlready && !form.matches('[data-every-click]')) return;
  form.dataset.sent = fields;
  inTurn(() => send(form, fields));
});

document.addEventListener('change', (event) => {
  const form = event.target.closest('form[data-send-on-change]');
  if (form?.reportValidity()) form.requestSubmit();
});

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-reload]')) inTurn(refresh);
  if (event.target.closest('[data-close-flash]') === null) return;
  document.getElementById('flash')?.remove();
  focusMain();
});

// "Back" brings a page from memory, which may show an older cart.
addEventListener('pageshow', (event) => {
  const [navigation] = performance.getEntriesByType('navigation');
  if (event.persisted || navigation?.type === 'back_forward') inTurn(refresh);
});

/** One after the other: the page of the last click is the one that stays. */
let lastTurn = Promise.resolve();
function inTurn(task) {
  lastTurn = lastTurn.then(task);
}

async function send(form, fields) {
  try {
    await load(form.action, { method: 'POST', body: fields });
  } catch {
    // Offline, too slow, or an answer that is no page of the shop. What was typed stays, and may be sent again.
    delete form.dataset.sent;
    showNoAnswer();
  }
}

/** Shows what is stored now. Where that cannot be had, this page stays. */
async function refresh() {
  try {
    await load(location.href);
  } catch {
    showNoAnswer();
  }
}

/** Shows the page that comes back. Rejects when none does. */
async function load(url, options) {
  // After "back" browsers answer from their cache, which is what must not happen here.
  const response = await fetch(url, { ...options, cache: 'no-store', signal: AbortSignal.timeout(15_000) });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  if (page.getElementById('no-answer') === null) throw new Error(`${response.url} is no page of the shop.`);
  const isElsewhere = new URL(response.url).pathname !== location.pathname;
  show(page, isElsewhere);
  // A redirect was followed: from now on "reload" means the page it led to.
  if (response.redirected) history.replaceState(null, '', response.url);
}

function show(page, isElsewhere) {
  const { id } = document.activeElement;
  const heightBefore = heightOf(id);
  for (const part of replacedParts) {
    document.getElementById(part).replaceWith(document.adoptNode(page.getElementById(part)));
  }
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  document.documentElement.dataset.theme = page.documentElement.dataset.theme;
  prepare();
  if (isElsewhere) scrollTo(0, 0);
  else scrollBy(0, heightOf(id, heightBefore) - heightBefore);
  focusAgain(id, isElsewhere);
}

function showNoAnswer() {
  document.getElementById('flash')?.remove();
  document.getElementById('main').prepend(document.getElementById('no-answer').content.cloneNode(true));
  prepare();
}

/** Where an element is in the window: a message above it must not push the button away under the mouse. */
function heightOf(id, otherwise = 0) {
  return (id && document.getElementById(id)?.getBoundingClientRect().top) || otherwise;
}

function prepare() {
  const flash = document.getElementById('flash');
  const closeButton = flash?.querySelector('[data-close-flash]');
  if (closeButton) closeButton.hidden = false;
  announce(flash?.querySelector('span').textContent ?? '');
}

/** Screen readers say a text that changes; emptied in between, the same text is said again. */
function announce(text) {
  const announcer = document.getElementById('announcer');
  announcer.textContent = '';
  setTimeout(() => {
    announcer.textContent = text;
  }, 100);
}

/** Keyboard users go on where they were: at the wrong field, at the same control, or at the top where that is gone. */
function focusAgain(id, isElsewhere) {
  const wrongField = document.querySelector('[aria-invalid="true"]');
  const sameControl = id ? document.getElementById(id) : null;
  if (wrongField !== null) wrongField.focus();
  else if (sameControl !== null) sameControl.focus({ preventScroll: true });
  else if (id || isElsewhere) focusMain();
}

function focusMain() {
  document.getElementById('main').focus({ preventScroll: true });
}
