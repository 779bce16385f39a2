import { request } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { ServedProject } from '../cli/served-project.js';

let project: ServedProject | undefined;
afterEach(async () => {
  await project?.remove();
  project = undefined;
});

const routes = `import { Router } from 'tina4-nodejs';
Router.get('/hello/{name}', async (req, res) => { req.session.name = '<b>' + req.params.name; return res.json({ id: req.session.id }); });
Router.post('/fail', async (req, res) => res.status(418).json({}));
`;

function get(
  address: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(address + path, { headers, agent: false }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
    });
    outgoing.on('error', reject).end();
  });
}

test('in debug mode /__dev shows routes, recent requests and the session of this browser, never its id', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': routes });
  const address = await project.serve([], { TINA4_DEBUG: 'true' });
  const answer = await fetch(`${address}/hello/ann?token=hunter2`);
  const { id } = (await answer.json()) as { id: string };
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  await fetch(`${address}/fail`, { method: 'POST' });
  const page = await fetch(`${address}/__dev`, { headers: { cookie } });
  const text = await page.text();
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(text).toContain('&quot;name&quot;: &quot;&lt;b&gt;ann&quot;');
  expect(text).toMatch(/<td>GET<\/td><td>\/hello\/ann<\/td><td>200<\/td><td>\d+ ms<\/td>/);
  expect(text).toMatch(/<td>POST<\/td><td>\/fail<\/td><td>418<\/td>/);
  expect(text).toContain('<td>/hello/{name}</td>');
  expect(text).not.toContain(id);
  expect(text).not.toContain('hunter2');
});

test('a visitor without a session gets none from looking at /__dev', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': routes });
  const page = await fetch(`${await project.serve([], { TINA4_DEBUG: 'true' })}/__dev`);
  expect(page.status).toBe(200);
  expect(page.headers.get('set-cookie')).toBeNull();
});

test('without debug mode, and in production mode whatever TINA4_DEBUG says, /__dev does not exist', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': routes });
  const plain = await project.serve();
  expect((await get(plain, '/__dev')).status).toBe(404);
  expect((await get(plain, '/__dev/api/mtime')).status).toBe(404);
  await project.stop();
  const env = { TINA4_DEBUG: 'true', TINA4_PRODUCTION: 'true', TINA4_CLUSTER_WORKERS: '1' };
  expect((await get(await project.serve([], env), '/__dev')).status).toBe(404);
});

const notLocal: Record<string, string>[] = [
  { 'X-Forwarded-For': '203.0.113.9' },
  { Forwarded: 'for=203.0.113.9' },
  { 'X-Real-IP': '203.0.113.9' },
  { Via: '1.1 proxy' },
  { Origin: 'https://evil.example' },
];

test.each(notLocal)('a request with %j finds no /__dev', async (headers) => {
  project = await ServedProject.create({ 'src/routes/a.ts': routes });
  const address = await project.serve([], { TINA4_DEBUG: 'true' });
  expect((await get(address, '/__dev', headers)).status).toBe(404);
});

test('a page can ask when the project changed last, where events do not get through', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': routes });
  const address = await project.serve([], { TINA4_DEBUG: 'true' });
  const state = async (): Promise<{ mtime: number }> => JSON.parse((await get(address, '/__dev/api/mtime')).text);
  const before = await state();
  await project.write({ 'src/routes/b.ts': 'export {};\n' });
  await project.until(/Reloaded/);
  expect((await state()).mtime).toBeGreaterThan(before.mtime);
});
