import { type Request, Router } from 'tina4-nodejs';
import {
  addItem,
  type CartItem,
  type CartLine,
  findItem,
  MAX_QUANTITY,
  putBack,
  setQuantity,
  summarize,
} from '../shop/cart.js';
import { findProduct, productView } from '../shop/catalogue.js';
import { formatPrice } from '../shop/money.js';
import { pageData } from '../shop/page.js';
import { type Language, preferencesOf } from '../shop/preferences.js';
import { recentlyViewed } from '../shop/recently-viewed.js';
import { textsOf } from '../shop/texts/texts.js';
import { wholeNumberOf } from '../shop/whole-number.js';

// The cart for people: plain forms that answer with a redirect, so that reloading the page sends nothing twice.

Router.get('/cart', async (req, res) => {
  const page = pageData(req);
  const { language } = page.preferences;
  const cart = summarize(req.session.cart ?? []);
  return res.html('cart.html', {
    ...page,
    cart,
    lines: cart.lines.map((line) => lineView(line, language)),
    maxQuantity: MAX_QUANTITY,
    viewed: recentlyViewed(req.session).map((product) => productView(product, language)),
  });
});

/** From a shelf of the catalogue, which sends its `page`, or from the product's own page, which sends a `quantity`. */
Router.post('/cart/add', async (req, res) => {
  const { language } = preferencesOf(req);
  const t = textsOf(language);
  const product = findProduct(wholeNumberOf(req.body.product_id));

  if (product === undefined) {
    req.session._flash = { type: 'error', message: t.unknownProduct };
    return res.redirect('/');
  }

  const { id, price_cents, texts } = product;
  const page = wholeNumberOf(req.body.page);
  const back = page === undefined ? `/products/${id}` : `/?page=${page}#product-${id}`;
  const quantity = wholeNumberOf(req.body.quantity ?? 1);
  if (quantity === undefined || quantity < 1 || quantity > MAX_QUANTITY) {
    req.session._flash = { type: 'error', message: t.quantityToAddInvalid };
    return res.redirect(back);
  }

  const cart = addItem(req.session.cart ?? [], { product_id: id, name: texts.en.name, price_cents, quantity });
  req.session.cart = cart;
  req.session._flash = {
    type: 'success',
    message: t.addedToCart(texts[language].name, summarize(cart).item_count),
  };
  return res.redirect(back);
});

/** `quantity` is the new quantity; `change` (1 or -1) counts from what is there, so that two quick clicks both count. */
Router.post('/cart/items/{product_id:int}', async (req, res) => {
  const { language } = preferencesOf(req);
  const t = textsOf(language);
  const { product_id } = req.params;
  const cart = req.session.cart ?? [];
  const item = findItem(cart, product_id);
  if (item === undefined) return res.redirect('/cart');

  const change = wholeNumberOf(req.body.change);
  const quantity = change === undefined ? wholeNumberOf(req.body.quantity) : item.quantity + change;
  if (quantity === undefined || quantity < 0 || quantity > MAX_QUANTITY) {
    req.session._flash = { type: 'error', message: t.quantityInvalid };
    return res.redirect('/cart');
  }

  const name = nameOf(item, language);
  if (quantity === 0) {
    takeOut(req, [item], t.removedFromCart(name));
    return res.redirect('/cart');
  }

  const changed = setQuantity(cart, product_id, quantity);
  const total = formatPrice(summarize(changed).total_cents, language);
  req.session.cart = changed;
  req.session._flash = { type: 'success', message: t.quantityChanged(name, quantity, total) };
  return res.redirect('/cart');
});

Router.post('/cart/items/{product_id:int}/remove', async (req, res) => {
  const item = findItem(req.session.cart ?? [], req.params.product_id);
  if (item === undefined) return res.redirect('/cart');

  const { language } = preferencesOf(req);
  takeOut(req, [item], textsOf(language).removedFromCart(nameOf(item, language)));
  return res.redirect('/cart');
});

Router.post('/cart/clear', async (req, res) => {
  const cart = req.session.cart ?? [];
  if (cart.length > 0) takeOut(req, cart, textsOf(preferencesOf(req).language).cartCleared);
  return res.redirect('/cart');
});

/** Brings back what was taken out last, and only once. */
Router.post('/cart/undo', async (req, res) => {
  const { removed } = req.session;
  if (removed === undefined) return res.redirect('/cart');

  const cart = putBack(req.session.cart ?? [], removed);
  req.session.cart = cart;
  delete req.session.removed;
  req.session._flash = {
    type: 'success',
    message: textsOf(preferencesOf(req).language).putBackIntoCart(summarize(cart).item_count),
  };
  return res.redirect('/cart');
});

/** Takes lines out of the cart and offers to undo it. */
function takeOut(req: Request, items: CartItem[], message: string): void {
  const cart = req.session.cart ?? [];
  req.session.removed = { items, at: cart.findIndex((item) => items.includes(item)) };
  req.session.cart = cart.filter((item) => !items.includes(item));
  req.session._flash = { type: 'success', message, canUndo: true };
}

/** What JSON clients put into the cart need not be in the catalogue: it has its own name, no picture and no page. */
function nameOf(item: CartItem, language: Language): string {
  return findProduct(item.product_id)?.texts[language].name ?? item.name;
}

function lineView(line: CartLine, language: Language) {
  const product = findProduct(line.product_id);
  const picture = product === undefined ? null : productView(product, language).picture;
  return { ...line, name: nameOf(line, language), picture };
}
