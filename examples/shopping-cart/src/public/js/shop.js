/**
 * Makes the forms quicker: a form with `data-live` is sent in the background, and the page that comes back replaces the parts
 * of this one. Everything works without this file; it holds no text and no price of its own.
 */
const replacedParts = ['site-header', 'main', 'site-footer'];

document.documentElement.classList.add('scripted');
prepare();

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.matches('form[data-live]')) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  inTurn(() => send(form, fields));
});

document.addEventListener('change', (event) => {
  const form = event.target.closest('form[data-send-on-change]');
  if (form?.reportValidity()) form.requestSubmit();
});

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-close-flash]') === null) return;
  document.getElementById('flash')?.remove();
  document.getElementById('main').focus({ preventScroll: true });
});

// The page that "back" brings from memory may show an older cart.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});

/** One after the other: the page of the last click is the one that stays. */
let lastTurn = Promise.resolve();
function inTurn(task) {
  lastTurn = lastTurn.then(task);
}

async function send(form, fields) {
  try {
    const response = await fetch(form.action, { method: 'POST', body: fields, signal: AbortSignal.timeout(15_000) });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    // A redirect was followed: from now on "reload" means the page it led to.
    if (response.redirected)
      history.replaceState(null, '', new URL(response.url).pathname + new URL(response.url).search);
    show(page);
  } catch {
    // Offline, too slow, or an answer without the parts of a page: let the browser say so in its own way.
    location.reload();
  }
}

function show(page) {
  const focusedId = document.activeElement?.id;
  const parts = replacedParts.map((id) => [document.getElementById(id), page.getElementById(id)]);
  for (const [old, fresh] of parts) old.replaceWith(document.adoptNode(fresh));
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  document.documentElement.dataset.theme = page.documentElement.dataset.theme;
  prepare();
  focusAgain(focusedId);
}

function prepare() {
  const flash = document.getElementById('flash');
  const closeButton = flash?.querySelector('[data-close-flash]');
  if (closeButton) closeButton.hidden = false;
  announce(flash?.querySelector('span').textContent ?? '');
}

/** A screen reader says a text that changes; the same text twice is emptied in between, so that it is said again. */
function announce(text) {
  const announcer = document.getElementById('announcer');
  announcer.textContent = '';
  setTimeout(() => {
    announcer.textContent = text;
  }, 100);
}

/** Keyboard users go on where they were: at the wrong field, at the same control, else at the top of the content. */
function focusAgain(id) {
  const target = document.querySelector('[aria-invalid="true"]') ?? (id ? document.getElementById(id) : null);
  (target ?? document.getElementById('main')).focus({ preventScroll: target !== null });
}
