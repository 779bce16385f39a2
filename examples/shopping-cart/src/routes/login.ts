import { Router } from 'tina4-nodejs';
import { customers, findCustomer, sampleCustomer } from '../shop/customers.js';
import { pageData } from '../shop/page.js';
import { preferencesOf } from '../shop/preferences.js';
import { textsOf } from '../shop/texts/texts.js';
import { wholeNumberOf } from '../shop/whole-number.js';

Router.get('/login', async (req, res) => {
  return res.html('login.html', { ...pageData(req), customers });
});

/**
 * A real shop checks a password here. The new id is what protects the visitor: an id that somebody slipped them before the
 * login is worthless after it (session fixation), and the cart comes along.
 */
Router.post('/login', async (req, res) => {
  const customer = findCustomer(wholeNumberOf(req.body.customer_id ?? sampleCustomer.id));
  if (customer === undefined) {
    const page = pageData(req);
    const flash = { type: 'error', message: page.t.logInFailed };
    return res.status(422).html('login.html', { ...page, customers, flash });
  }

  req.sessionRegenerate();
  req.session.user_id = customer.id;
  req.session.profile = { name: customer.name, email: customer.email };
  return res.redirect('/dashboard');
});

Router.get('/dashboard', async (req, res) => {
  const customer = findCustomer(req.session.user_id);
  if (customer === undefined) {
    req.session._flash = { type: 'error', message: textsOf(preferencesOf(req).language).logInFirst };
    return res.redirect('/login');
  }
  return res.html('dashboard.html', pageData(req));
});

/** Ends the session, cart and all. What the next visitor of this browser may keep is how the pages look. */
Router.post('/logout', async (req, res) => {
  const { language, theme, items_per_page } = preferencesOf(req);
  req.session.destroy();

  // What is stored now begins a new session, with an id of its own.
  req.session.language = language;
  req.session.theme = theme;
  req.session.items_per_page = items_per_page;
  req.session._flash = { type: 'success', message: textsOf(language).loggedOut };
  return res.redirect('/');
});
