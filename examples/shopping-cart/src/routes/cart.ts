import { Router } from 'tina4-nodejs';
import '../shop/session-data.js';
import { addItem, type CartItem, findItem, MAX_QUANTITY, removeItem, setQuantity, summarize } from '../shop/cart.js';
import { centsOf, eurosOf } from '../shop/money.js';
import { wholeNumberOf } from '../shop/whole-number.js';

// The cart as JSON. It takes name and price from the client; the pages take both from the catalogue (cart-page.ts).

Router.post('/api/cart/add', async (req, res) => {
  const { product_id, name, price, quantity } = req.body;
  if (!product_id || !name || price === undefined) {
    return res.status(400).json({ error: 'product_id, name, and price are required' });
  }

  const item = {
    product_id: wholeNumberOf(product_id),
    name: String(name),
    price_cents: centsOf(price),
    quantity: wholeNumberOf(quantity ?? 1),
  };
  if (!isCartItem(item)) {
    return res.status(400).json({
      error: `product_id must be a whole number, price a number from 0 up, quantity a whole number from 1 to ${MAX_QUANTITY}`,
    });
  }

  req.session.cart = addItem(req.session.cart ?? [], item);
  return res.json(cartBody(req.session.cart));
});

Router.get('/api/cart', async (req, res) => {
  return res.json(cartBody(req.session.cart ?? []));
});

Router.put('/api/cart/{product_id:int}', async (req, res) => {
  const cart = req.session.cart ?? [];
  const { product_id } = req.params;
  if (findItem(cart, product_id) === undefined) return res.status(404).json({ error: 'Product not in cart' });

  const quantity = wholeNumberOf(req.body.quantity ?? 0);
  if (quantity === undefined) return res.status(400).json({ error: 'quantity must be a whole number' });

  req.session.cart = setQuantity(cart, product_id, quantity);
  return res.json(cartBody(req.session.cart));
});

Router.delete('/api/cart/{product_id:int}', async (req, res) => {
  const cart = req.session.cart ?? [];
  const { product_id } = req.params;
  if (findItem(cart, product_id) === undefined) return res.status(404).json({ error: 'Product not in cart' });

  req.session.cart = removeItem(cart, product_id);
  return res.json(cartBody(req.session.cart));
});

Router.delete('/api/cart', async (req, res) => {
  req.session.cart = [];
  return res.json(cartBody([]));
});

type Unchecked = { [Key in keyof CartItem]: CartItem[Key] | undefined };

function isCartItem(item: Unchecked): item is CartItem {
  const { product_id, price_cents, quantity } = item;
  const isQuantityRight = quantity !== undefined && quantity >= 1 && quantity <= MAX_QUANTITY;
  return product_id !== undefined && price_cents !== undefined && isQuantityRight;
}

/** The cart as clients of the JSON routes know it: in euros. */
function cartBody(cart: readonly CartItem[]) {
  const { lines, item_count, unique_items, total_cents } = summarize(cart);
  return {
    items: lines.map(({ product_id, name, price_cents, quantity, subtotal_cents }) => ({
      product_id,
      name,
      price: eurosOf(price_cents),
      quantity,
      subtotal: eurosOf(subtotal_cents),
    })),
    item_count,
    unique_items,
    total: eurosOf(total_cents),
  };
}
