import { Router, get, post } from 'tina4-nodejs';
import { findProduct, products } from '../services/products';

Router.get('/hello', async (req, res) => {
  return res.json({ message: 'Hello from Tina4' });
});

Router.get('/greet/{name}', async (req, res) => {
  return res.json({ greeting: `Hello, ${req.params.name}!`, type: typeof req.params.name });
});

for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
  Router[method]('/verbs', async (req, res) => res.json({ method: req.method }));
}

// Typed parameters
Router.get('/products/{id:int}', async (req, res) => {
  const product = findProduct(req.params.id);
  if (!product) {
    return res.status(404).json({ error: 'Product not found' });
  }
  return res.json(product);
});
Router.get('/prices/{amount:float}', async (req, res) => res.json({ doubled: req.params.amount * 2 }));
Router.get('/codes/{code:alpha}', async (req, res) => res.json({ letters: req.params.code }));
Router.get('/codes/{code:alphanumeric}/check', async (req, res) => res.json({ code: req.params.code }));
Router.get('/posts/{slug:slug}', async (req, res) => res.json({ slug: req.params.slug }));
Router.get('/files/{filepath:path}', async (req, res) => res.json({ file: req.params.filepath }));
Router.get('/docs/*', async (req, res) => res.json({ rest: req.params['*'] }));
Router.get('/feeds/{id:int}.xml', async (req, res) => res.json({ feed: req.params.id }));
Router.get('/users/{user_id:int}/posts/{post_id:int}', async (req, res) => res.json(req.params));

// Query parameters
Router.get('/search', async (req, res) => {
  const q = req.query.q ?? '';
  const page = parseInt(req.query.page ?? '1', 10);
  const found = products.filter((product) => product.name.toLowerCase().includes(q.toLowerCase()));
  return res.json({ q, page, count: found.length });
});

// Groups of the older edition: Router inside the callback. They nest.
Router.group('/api/v1', () => {
  Router.get('/status', async (req, res) => res.json({ version: 1 }));
  Router.group('/reports', () => {
    Router.get('/daily', async (req, res) => res.json({ report: 'daily' }));
  });
});

// Groups of today: the callback gets the group.
Router.group('/api/v2', (group) => {
  group.get('/status', async (req, res) => res.json({ version: 2 }));
  group.group('/reports', (reports) => {
    reports.get('/daily', async (req, res) => res.json({ report: 'daily, second edition' }));
  });
});

/**
 * @secured
 * @description Only with a token
 */
Router.get('/account', async (req, res) => res.json({ account: 'yours' }));

/** @noauth */
Router.post('/public/contact', async (req, res) => res.json({ received: true }));

Router.get('/vault', async (req, res) => res.json({ gold: true })).secure();

// Functions without Router
get('/short', async () => ({ short: true }));
post('/short', async (req) => ({ received: req.body }));
Router.any('/anything', async (req, res) => res.json({ any: req.method }));

// What is returned becomes the answer
Router.get('/returns/object', async () => ({ returned: 'object' }));
Router.get('/returns/text', async () => '<h1>returned text</h1>');
