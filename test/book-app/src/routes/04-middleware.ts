import { Router, Auth } from 'tina4-nodejs';
import { addPoweredBy } from '../middleware/powered-by';

const log: string[] = [];
Router.get('/log', async (req, res) => res.json(log.splice(0)));

// Named by a string, not exported, declared further down in the same file
Router.get('/logged', async (req, res) => res.json({ ok: true }), 'logRequest');

async function logRequest(req, res, next) {
  log.push(`before ${req.path}`);
  const result = await next(req, res);
  log.push(`after ${req.path}`);
  return result;
}

function layer(name) {
  return async (req, res, next) => {
    log.push(`${name}: before`);
    const result = await next(req, res);
    log.push(`${name}: after`);
    return result;
  };
}
Router.get(
  '/layers',
  async (req, res) => {
    log.push('Handler');
    return res.json({ ok: true });
  },
  [layer('A'), layer('B'), layer('C')],
);

// Stops the request
async function requireApiKey(req, res, next) {
  if (req.headers['x-api-key'] !== 'secret-key') {
    return res.status(401).json({ error: 'Invalid API key' });
  }
  req.apiKey = req.headers['x-api-key'];
  return await next(req, res);
}
Router.get('/partners', async (req, res) => res.json({ key: req.apiKey }), ['logRequest', requireApiKey]);

// The dialect of today: next() without arguments, not awaited; stops by calling res
function requireJson(req, res, next) {
  if (req.headers['content-type'] !== 'application/json') {
    res({ error: 'Send JSON' }, 415);
    return;
  }
  next();
}
Router.post('/json-only', async (req, res) => res.json({ ok: true }), [requireJson]);

// A header set after the handler
async function addTiming(req, res, next) {
  const result = await next(req, res);
  res.header('X-Response-Time', '1ms');
  return result;
}
Router.group(
  '/grouped',
  () => {
    Router.get('/one', async (req, res) => res.json({ one: true }));
    Router.get('/two', async (req, res) => res.json({ two: true }), 'logRequest');
  },
  addTiming,
);

// From a file of its own, by reference and by name
Router.get('/powered', async (req, res) => res.json({ ok: true }), addPoweredBy);
Router.get('/powered-by-name', async (req, res) => res.json({ ok: true }), 'addPoweredBy');

// Tokens
Router.post('/tokens', async (req, res) => {
  const hash = await Auth.hashPassword('secret');
  if (!Auth.checkPassword(req.body.password ?? '', hash)) return res.status(401).json({ error: 'Wrong password' });
  return res.json({ token: Auth.getToken({ sub: 1, role: 'admin' }) });
});

async function authMiddleware(req, res, next) {
  const token = (req.headers.authorization ?? '').replace('Bearer ', '');
  const payload = Auth.validToken(token);
  if (!payload) return res.status(401).json({ error: 'Unauthorized' });
  req.user = payload;
  return await next(req, res);
}
Router.get('/me', async (req, res) => res.json({ role: req.user.role }), 'authMiddleware');

Router.get('/fails', async () => {
  throw new Error('something private');
});
