// The recipe of docs/express-middleware.md: Vite's development server in front of routes. Prints its address, ends with its stdin.
import { connect, createApp } from 'tina4-nodejs';
import { createServer } from 'vite';

const root = process.argv[2];
const vite = await createServer({
  root,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, ws: false, hmr: false },
});
const app = createApp();
app.router.use(connect(vite.middlewares));
app.router.get('/', async (req, res) =>
  res.html(
    await vite.transformIndexHtml(
      req.url,
      '<html><head></head><body><script type="module" src="/main.ts"></script></body></html>',
    ),
    200,
  ),
);
app.router.get('/api', (_req, res) => res.json({ from: 'ours' }));
const server = await app.listen({ port: 0, host: '127.0.0.1' });
console.log(`http://127.0.0.1:${server.port}`);
process.stdin.resume().on('end', async () => {
  await app.close(100);
  await vite.close();
  process.exit();
});
