/**
 * The floor: node:http and the fewest lines that still do the job. No router, no checks, and sessions that lose updates as
 * anybody's first draft does; what a framework costs is counted in multiples of this.
 */
import http from 'node:http';
import { hello, orderAnswer, PREFERENCE, page, SHOPS } from '../contract/app.mjs';
import { openFloorSessions } from './parts/floor-sessions.mjs';

export const adapter = {
  title: 'node:http',
  packages: { plain: [], session: ['ioredis'] },
  stores: ['memory', 'files', 'redis'],
  async start(context) {
    const answer = context.app === 'plain' ? await plainApp(context) : await sessionApp(context);
    const server = http.createServer((req, res) => {
      Promise.resolve(answer(req, res)).catch(() => res.writeHead(500).end());
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server.address().port;
  },
};

async function plainApp({ views, shops = SHOPS }) {
  const { openViews } = await import('./parts/nunjucks.mjs');
  const templates = openViews(views);
  return async (req, res) => {
    const { url } = req;
    if (url === '/hello') return sendJson(res, hello);
    if (url === '/echo') return sendJson(res, await readJson(req));
    if (url === '/page') return send(res, templates.render('page.njk', page), 'text/html; charset=utf-8');
    const [, name, customer, orders, order] = url.split('/');
    const shop = name?.startsWith('shop') && orders === 'orders' ? Number(name.slice(4)) : Number.NaN;
    if (shop < shops) return sendJson(res, orderAnswer(shop, customer, order));
    res.writeHead(404).end();
  };
}

async function sessionApp(context) {
  const sessions = await openFloorSessions(context);
  const routes = {
    'GET /unused': (_req, res) => sendJson(res, { ok: true }),
    'GET /outside': (_req, res) => sendJson(res, { ok: true }),
    'GET /visits': async (req, res) => {
      const session = await sessions.open(req);
      session.data.visits = (session.data.visits ?? 0) + 1;
      await sessions.save(session, res);
      sendJson(res, { visits: session.data.visits });
    },
    'GET /preference': async (req, res) => {
      const { data } = await sessions.open(req);
      sendJson(res, { value: data[PREFERENCE] });
    },
    'POST /preferences': async (req, res) => {
      const body = await readJson(req);
      const session = await sessions.open(req);
      Object.assign(session.data, body);
      await sessions.save(session, res);
      sendJson(res, { ok: true });
    },
    'POST /cart': async (req, res) => {
      const { item } = await readJson(req);
      const session = await sessions.open(req);
      session.data.cart = [...(session.data.cart ?? []), item];
      await sessions.save(session, res);
      sendJson(res, { ok: true });
    },
    'GET /cart': async (req, res) => {
      const { data } = await sessions.open(req);
      sendJson(res, { cart: data.cart ?? [] });
    },
  };
  return (req, res) => routes[`${req.method} ${req.url}`](req, res);
}

function sendJson(res, value) {
  send(res, JSON.stringify(value), 'application/json; charset=utf-8');
}

function send(res, text, contentType) {
  res.writeHead(200, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) });
  res.end(text);
}

function readJson(req) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    req.on('error', reject);
  });
}
