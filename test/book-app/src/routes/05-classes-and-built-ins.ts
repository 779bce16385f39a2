import { Auth, Router, cacheDelete, cacheGet, cacheSet, cors, CorsMiddleware, RequestLogger, SecurityHeadersMiddleware } from 'tina4-nodejs';

// A class with hooks before and after
class TimingMiddleware {
  static beforeTiming(req, res) {
    req.startedAt = Date.now();
    return [req, res];
  }
  static async afterTiming(req, res) {
    res.header('X-Timing', String(Date.now() - req.startedAt >= 0));
    return [req, res];
  }
}
class MaintenanceMiddleware {
  static beforeMaintenance(req, res) {
    if (req.query.maintenance === 'on') res.status(503).json({ error: 'Back soon' });
    return [req, res];
  }
}

// Around every request
class CountMiddleware {
  static beforeCount(req, res) {
    res.header('X-Counted', 'yes');
    return [req, res];
  }
}
Router.use(CountMiddleware);

Router.get('/timed', async (req, res) => res.json({ ok: true }), [TimingMiddleware, MaintenanceMiddleware]);
Router.get('/timed-by-name', async (req, res) => res.json({ ok: true }), 'TimingMiddleware');

// What comes with the framework
Router.get('/protected-headers', async (req, res) => res.json({ ok: true }), SecurityHeadersMiddleware);
Router.get('/limited', async (req, res) => res.json({ ok: true }), 'RateLimiter:2');
Router.get('/requests', async (req, res) => res.json({ ok: true }), [RequestLogger]);
Router.get('/shared', async (req, res) => res.json({ ok: true }), cors({ origins: 'https://shop.example', credentials: true }));
Router.get('/shared-with-all', async (req, res) => res.json({ ok: true }), CorsMiddleware);

// Caching
let made = 0;
Router.get('/cached', async (req, res) => res.json({ made: ++made }), 'ResponseCache:300');
Router.get('/cached-by-chain', async (req, res) => res.json({ made: ++made })).cache(60);
Router.get('/cached-value', async (req, res) => {
  const cached = await cacheGet('book:value');
  if (cached !== null) return res.json({ from: 'cache', ...cached });
  await cacheSet('book:value', { value: 42 }, 60);
  return res.json({ from: 'handler', value: 42 });
});
Router.delete('/cached-value', async (req, res) => {
  await cacheDelete('book:*');
  return res.json({ forgotten: true });
});

// Forms with a token, checked by hand
Router.get('/form', async (req, res) => res.html('form.twig', { action: '/form' }));
Router.post('/form', async (req, res) => {
  if (!Auth.validateFormToken(req.body._token ?? '')) return res.status(403).json({ error: 'Invalid form token' });
  return res.json({ saved: req.body.name });
});
