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
  inTurn(() => send(form.action, fields));
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

// "Back" brings a page from memory, which may show an older cart. A reload is no "back", so this ends.
addEventListener('pageshow', (event) => {
  const [navigation] = performance.getEntriesByType('navigation');
  if (event.persisted || navigation?.type === 'back_forward') location.reload();
});

/** One after the other: the page of the last click is the one that stays. */
let lastTurn = Promise.resolve();
function inTurn(task) {
  lastTurn = lastTurn.then(task);
}

async function send(url, fields) {
  try {
    const response = await fetch(url, { method: 'POST', body: fields, signal: AbortSignal.timeout(15_000) });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    show(page);
    // A redirect was followed: from now on "reload" means the page it led to.
    if (response.redirected) history.replaceState(null, '', response.url);
  } catch {
    // Offline, too slow, or an answer that is no page of the shop: what is stored is the truth, so show that.
    location.reload();
  }
}

function show(page) {
  const { id } = document.activeElement;
  const heightBefore = heightOf(id);
  for (const part of replacedParts) {
    document.getElementById(part).replaceWith(document.adoptNode(page.getElementById(part)));
  }
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  document.documentElement.dataset.theme = page.documentElement.dataset.theme;
  prepare();
  scrollBy(0, heightOf(id) - heightBefore);
  focusAgain(id);
}

/** Where an element is in the window: a message above it must not push the button away under the mouse. */
function heightOf(id) {
  return (id && document.getElementById(id)?.getBoundingClientRect().top) || 0;
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
function focusAgain(id) {
  const wrongField = document.querySelector('[aria-invalid="true"]');
  const sameControl = id ? document.getElementById(id) : null;
  if (wrongField !== null) wrongField.focus();
  else if (sameControl !== null) sameControl.focus({ preventScroll: true });
  else if (id) document.getElementById('main').focus();
}
