/** `TINA4_CACHE_BACKEND=redis|valkey` over real HTTP with two processes of the real command. */
import { afterEach, expect, test } from '@jest/globals';
import { describeService } from '../../../test/services/describe-service.js';
import { readConfig } from '../src/config/read-config.js';
import { ServedProject } from './cli/served-project.js';

const projects: ServedProject[] = [];

afterEach(async () => {
  for (const project of projects.splice(0)) await project.remove();
});

const routes = `import { cacheDelete, cacheGet, cacheSet, cacheStats, clearCache, Router } from 'tina4-nodejs';
let made = 0;
Router.get('/get', async (req, res) => res.json({ value: await cacheGet(req.query.key), backend: (await cacheStats()).backend }));
Router.get('/set', async (req, res) => { await cacheSet(req.query.key, { of: process.pid }, 60); return res.json({ pid: process.pid }); });
Router.get('/delete', async (req, res) => { await cacheDelete(req.query.key); return res.json({}); });
Router.get('/clear', async (req, res) => { await clearCache(); return res.json({}); });
Router.get('/page', async (req, res) => res.json({ made: ++made, by: process.pid })).cache(60);
Router.post('/cart', async (req, res) => { req.session.cart = ['tea']; return res.json({}); });
Router.get('/cart', async (req, res) => res.json({ cart: req.session.cart }));
`;

async function serve(env: Record<string, string>): Promise<string> {
  const project = await ServedProject.create({ 'src/routes/cache.ts': routes });
  projects.push(project);
  return project.serve([], env);
}

async function get(
  address: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  return (await fetch(address + path, { headers })).json() as Promise<Record<string, unknown>>;
}

for (const name of ['redis', 'valkey'] as const) {
  describeService(name, (service) => {
    test('two processes share values and answers, on the server of the sessions, which emptying the cache leaves alone', async () => {
      const env = {
        TINA4_SESSION_BACKEND: name,
        TINA4_SESSION_URL: service.url,
        TINA4_SESSION_PREFIX: `${service.namespace}:session:`,
        TINA4_CACHE_BACKEND: name,
        TINA4_CACHE_PREFIX: `${service.namespace}:cache:`,
      };
      const [one, other] = [await serve(env), await serve(env)];
      const { pid } = await get(one, '/set?key=a');
      expect(await get(other, '/get?key=a')).toEqual({ value: { of: pid }, backend: name });
      await get(other, '/delete?key=a*');
      expect((await get(one, '/get?key=a')).value).toBeNull();

      const cookie = (await fetch(`${one}/cart`, { method: 'POST' })).headers.get('set-cookie')?.split(';')[0] ?? '';
      await get(one, '/set?key=b');
      await get(other, '/clear');
      expect((await get(one, '/get?key=b')).value).toBeNull();
      expect(await get(other, '/cart', { cookie })).toEqual({ cart: ['tea'] });
    });

    test('the cache may have a server of its own', async () => {
      const { hostname, port } = new URL(service.url);
      const address = await serve({
        TINA4_CACHE_BACKEND: name,
        TINA4_CACHE_HOST: hostname,
        TINA4_CACHE_PORT: port,
        TINA4_CACHE_PREFIX: `${service.namespace}:own:`,
      });
      await get(address, '/set?key=a');
      expect((await get(address, '/get?key=a')).backend).toBe(name);
      const first = await get(address, '/page');
      expect(await get(address, '/page')).toEqual(first);
    });
  });
}

test('a prefix that sessions begin with is refused: emptying the cache would remove them', () => {
  expect(() => readConfig({ TINA4_CACHE_PREFIX: 'tina4:' })).toThrow(/TINA4_CACHE_PREFIX is "tina4:"/);
  expect(readConfig({ TINA4_CACHE_PREFIX: 'tina4:session:cache:' }).cache.prefix).toBe('tina4:session:cache:');
});
