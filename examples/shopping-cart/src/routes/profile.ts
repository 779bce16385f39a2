import { Router } from 'tina4-nodejs';
import { type Profile, sampleCustomer } from '../shop/customers.js';
import { pageData } from '../shop/page.js';
import { preferencesOf } from '../shop/preferences.js';
import { textsOf } from '../shop/texts/texts.js';

Router.get('/profile', async (req, res) => {
  const page = pageData(req);
  const user = req.session.profile ?? page.customer ?? sampleCustomer;
  return res.html('profile.html', { ...page, user, errors: {} });
});

/** Saves and goes back to the page, which shows the message once. A wrong field is shown at once and stores nothing. */
Router.post('/profile/update', async (req, res) => {
  const t = textsOf(preferencesOf(req).language);
  const before = req.session.profile ?? sampleCustomer;
  const user: Profile = {
    name: String(req.body.name ?? before.name).trim(),
    email: String(req.body.email ?? before.email).trim(),
  };

  const errors = {
    name: user.name === '' || user.name.length > 80 ? t.nameInvalid : null,
    email: user.email.length > 254 || !/^[^\s@]+@[^\s@]+$/.test(user.email) ? t.emailInvalid : null,
  };
  if (errors.name !== null || errors.email !== null) {
    const flash = { type: 'error', message: t.profileInvalid };
    return res.status(422).html('profile.html', { ...pageData(req), user, errors, flash });
  }

  req.session.profile = user;
  req.session._flash = { type: 'success', message: t.profileSaved };
  return res.redirect('/profile');
});
