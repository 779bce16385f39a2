import { Router } from 'tina4-nodejs';

// The simplest cart: the list in the session is changed in place, and nothing is checked.

type Item = { product_id: number; name: string; price: number; quantity: number };

Router.post('/api/cart/add', async (req, res) => {
  const { product_id, name, price, quantity = 1 } = req.body;
  req.session.cart ??= [];

  const cart: Item[] = req.session.cart;
  const present = cart.find((item) => item.product_id === Number(product_id));
  if (present === undefined) {
    cart.push({ product_id: Number(product_id), name, price: Number(price), quantity: Number(quantity) });
  } else {
    present.quantity += Number(quantity);
  }

  const total = cart.reduce((sum, item) => sum + item.price * item.quantity, 0);
  return res.json({
    message: 'Added to cart',
    cart_items: cart.length,
    cart_total: Math.round(total * 100) / 100,
  });
});
