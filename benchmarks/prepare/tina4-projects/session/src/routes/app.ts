import { Router } from 'tina4-nodejs';
import { PREFERENCE } from '../contract/app.mjs';

Router.get('/visits', async ({ session }, res) => {
  session.visits = (session.visits ?? 0) + 1;
  return res.json({ visits: session.visits });
});
Router.get('/preference', async ({ session }, res) => res.json({ value: session[PREFERENCE] }));
Router.get('/unused', async (_req, res) => res.json({ ok: true }));
Router.get('/outside', async (_req, res) => res.json({ ok: true })).session('none');
Router.post('/preferences', async ({ session, body }, res) => {
  Object.assign(session, body);
  return res.json({ ok: true });
});
Router.post('/cart', async ({ session, body }, res) => {
  session.cart = [...(session.cart ?? []), body.item];
  return res.json({ ok: true });
});
Router.get('/cart', async ({ session }, res) => res.json({ cart: session.cart ?? [] }));
