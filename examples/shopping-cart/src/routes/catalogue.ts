import { Router } from 'tina4-nodejs';
import { productView } from '../shop/catalogue.js';
import { pageData } from '../shop/page.js';
import { products } from '../shop/products.js';
import { wholeNumberOf } from '../shop/whole-number.js';

/**
 * The catalogue counts its visits, and so every visitor has a session before the first click: two clicks that come at the same
 * time then meet in one cart.
 */
Router.get('/', async (req, res) => {
  const page = pageData(req);
  const { language, items_per_page } = page.preferences;

  // Who comes back from a form with a message is still on the same visit.
  const isNewVisit = page.flash === null;
  const visits = (req.session.catalogue_visits ?? 0) + (isNewVisit ? 1 : 0);
  req.session.catalogue_visits = visits;

  const pageCount = Math.ceil(products.length / items_per_page);
  const pageNumber = Math.min(Math.max(wholeNumberOf(req.query.page) ?? 1, 1), pageCount);
  const first = (pageNumber - 1) * items_per_page;

  return res.html('catalogue.html', {
    ...page,
    visits,
    pageNumber,
    pageCount,
    products: products.slice(first, first + items_per_page).map((product) => productView(product, language)),
  });
});
