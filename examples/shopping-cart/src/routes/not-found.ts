import { Router } from 'tina4-nodejs';
import { pageData } from '../shop/page.js';

/** The page for an address that nothing answers. It has the session, and so the visitor's language, theme, cart and login. */
Router.notFound(async (req, res) => {
  return res.html('not-found.html', pageData(req));
});
