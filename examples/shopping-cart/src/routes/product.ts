import { Router } from 'tina4-nodejs';
import { findItem, MAX_QUANTITY } from '../shop/cart.js';
import { findProduct, productView } from '../shop/catalogue.js';
import { pageData } from '../shop/page.js';
import { noteViewed, recentlyViewed } from '../shop/recently-viewed.js';

/** A product on a page of its own. What it stores gives every visitor a session before the first click, as on the catalogue. */
Router.get('/products/{product_id:int}', async (req, res) => {
  const page = pageData(req);
  const product = findProduct(req.params.product_id);
  if (product === undefined) return res.status(404).html('not-found.html', page);

  noteViewed(req.session, product);
  const [, ...viewedBefore] = recentlyViewed(req.session);
  const { language } = page.preferences;
  return res.html('product.html', {
    ...page,
    product: productView(product, language),
    countInCart: findItem(req.session.cart ?? [], product.id)?.quantity ?? 0,
    maxQuantity: MAX_QUANTITY,
    viewed: viewedBefore.map((other) => productView(other, language)),
  });
});
