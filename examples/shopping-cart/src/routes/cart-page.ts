import { Router } from 'tina4-nodejs';
import {
  addItem,
  type CartItem,
  type CartLine,
  findItem,
  MAX_QUANTITY,
  removeItem,
  setQuantity,
  summarize,
} from '../shop/cart.js';
import { findProduct } from '../shop/catalogue.js';
import { formatPrice } from '../shop/money.js';
import { pageData } from '../shop/page.js';
import { type Language, preferencesOf } from '../shop/preferences.js';
import { textsOf } from '../shop/texts/texts.js';
import { wholeNumberOf } from '../shop/whole-number.js';

// The cart for people: plain forms that answer with a redirect, so that reloading the page sends nothing twice.

Router.get('/cart', async (req, res) => {
  const page = pageData(req);
  const cart = summarize(req.session.cart ?? []);
  return res.html('cart.html', {
    ...page,
    cart,
    lines: cart.lines.map((line) => withPicture(line, page.preferences.language)),
    maxQuantity: MAX_QUANTITY,
  });
});

Router.post('/cart/add', async (req, res) => {
  const { language } = preferencesOf(req);
  const t = textsOf(language);
  const product = findProduct(wholeNumberOf(req.body.product_id));

  if (product === undefined) {
    req.session._flash = { type: 'error', message: t.unknownProduct };
    return res.redirect('/');
  }

  const { id, name, price_cents } = product;
  const cart = addItem(req.session.cart ?? [], { product_id: id, name: name.en, price_cents, quantity: 1 });
  req.session.cart = cart;
  req.session._flash = { type: 'success', message: t.addedToCart(name[language], summarize(cart).item_count) };
  return res.redirect(`/?page=${wholeNumberOf(req.body.page) ?? 1}#product-${id}`);
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

  const changed = setQuantity(cart, product_id, quantity);
  const total = formatPrice(summarize(changed).total_cents, language);
  const name = nameOf(item, language);
  req.session.cart = changed;
  req.session._flash = {
    type: 'success',
    message: quantity === 0 ? t.removedFromCart(name) : t.quantityChanged(name, quantity, total),
  };
  return res.redirect('/cart');
});

Router.post('/cart/items/{product_id:int}/remove', async (req, res) => {
  const cart = req.session.cart ?? [];
  const item = findItem(cart, req.params.product_id);
  if (item === undefined) return res.redirect('/cart');

  const { language } = preferencesOf(req);
  req.session.cart = removeItem(cart, item.product_id);
  req.session._flash = {
    type: 'success',
    message: textsOf(language).removedFromCart(nameOf(item, language)),
  };
  return res.redirect('/cart');
});

Router.post('/cart/clear', async (req, res) => {
  req.session.cart = [];
  req.session._flash = { type: 'success', message: textsOf(preferencesOf(req).language).cartCleared };
  return res.redirect('/cart');
});

/** What JSON clients put into the cart need not be in the catalogue: it has its own name, and no picture. */
function nameOf(item: CartItem, language: Language): string {
  return findProduct(item.product_id)?.name[language] ?? item.name;
}

function withPicture(line: CartLine, language: Language) {
  const product = findProduct(line.product_id);
  const picture = product === undefined ? null : `pictures/${product.picture}.svg`;
  return { ...line, name: nameOf(line, language), picture };
}
