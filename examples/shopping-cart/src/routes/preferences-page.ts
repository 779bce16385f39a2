import { Router } from 'tina4-nodejs';
import { rememberLanguage } from '../shop/language-cookie.js';
import { pageData } from '../shop/page.js';
import { languages, oneOf, pageSizes, preferencesOf, themes } from '../shop/preferences.js';
import { textsOf } from '../shop/texts/texts.js';
import { wholeNumberOf } from '../shop/whole-number.js';

Router.get('/preferences', async (req, res) => {
  return res.html('preferences.html', { ...pageData(req), themes, pageSizes });
});

/** What the form does not offer changes nothing. */
Router.post('/preferences', async (req, res) => {
  const current = preferencesOf(req);
  const language = oneOf(languages, req.body.language) ?? current.language;

  req.session.language = language;
  req.session.theme = oneOf(themes, req.body.theme) ?? current.theme;
  req.session.items_per_page = oneOf(pageSizes, wholeNumberOf(req.body.items_per_page)) ?? current.items_per_page;
  req.session._flash = { type: 'success', message: textsOf(language).preferencesSaved };

  return rememberLanguage(res, language).redirect('/preferences');
});
