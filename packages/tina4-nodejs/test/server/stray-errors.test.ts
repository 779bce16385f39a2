import { afterEach, expect, test } from '@jest/globals';
import { ServedProject } from '../cli/served-project.js';

let project: ServedProject;
afterEach(() => project.remove());

const ROUTES = `import { Router } from 'tina4-nodejs';
import { later } from '../lib/later';

Router.get('/hello', async (req, res) => res.json({ ok: true }));

Router.get('/stray', async (req, res) => {
  void (async () => {
    await null;
    throw new Error('stray one');
  })();
  return res.json({ ok: true });
});

Router.get(
  '/helped',
  async function helped(req, res) {
    void later();
    return res.json({ ok: true });
  },
);

async function fromBelow(req, res) {
  setTimeout(() => { throw new Error('timer one'); }, 1);
  return res.json({ ok: true });
}
Router.get('/timer', fromBelow);
Router.get('/text', async (req, res) => {
  void Promise.reject('just text');
  return res.json({ ok: true });
});
Router.get('/slow', async (req, res) => {
  await new Promise((resolve) => setTimeout(resolve, 700));
  return res.json({ slow: true });
});
`;
const FILES = {
  'src/routes/a.ts': ROUTES,
  'src/lib/later.ts': "export async function later() {\n  throw new Error('helper one');\n}\n",
};

test('in debug mode a stray rejected promise is logged with its route and file, and the process goes on', async () => {
  project = await ServedProject.create(FILES);
  const address = await project.serve([], { TINA4_DEBUG: 'true' });
  expect((await fetch(`${address}/stray`)).status).toBe(200);
  await project.until(/by GET \/stray in \S*src\/routes\/a\.ts:9\b.*Error: stray one/);
  await fetch(`${address}/helped`);
  await project.until(/by GET \/helped in \S*src\/lib\/later\.ts:2\b.*Error: helper one/);
  await fetch(`${address}/timer`);
  await project.until(/thrown outside of any request \(.*in \S*src\/routes\/a\.ts:23\b.*Error: timer one/);
  await fetch(`${address}/text`);
  await project.until(/nobody waits for it.*just text/);
  expect((await fetch(`${address}/hello`)).status).toBe(200);
}, 20_000);

test('in production a stray rejected promise lets running requests finish, and the process ends with 1', async () => {
  project = await ServedProject.create(FILES);
  const address = await project.serve();
  const slow = fetch(`${address}/slow`);
  await fetch(`${address}/hello`);
  expect((await fetch(`${address}/stray`)).status).toBe(200);
  await project.until(/by GET \/stray in .*a\.ts:9\b.*The process finishes its requests and ends/);
  expect(await (await slow).json()).toEqual({ slow: true });
  expect((await project.ended()).code).toBe(1);
}, 20_000);

test('a worker with a stray rejected promise is replaced', async () => {
  project = await ServedProject.create({
    ...FILES,
    'src/routes/pid.ts':
      "import { Router } from 'tina4-nodejs';\nRouter.get('/pid', async (req, res) => res.text(String(process.pid)));\n",
  });
  const address = await project.serve(['--workers', '2']);
  await fetch(`${address}/stray`, { headers: { connection: 'close' } });
  await project.until(/Worker \d+ ended with exit code 1; another one takes its place/);
  const answer = await fetch(`${address}/pid`, { headers: { connection: 'close' } });
  expect(answer.status).toBe(200);
}, 20_000);

test('an app that listens for unhandled rejections itself is not ended', async () => {
  project = await ServedProject.create({
    ...FILES,
    'app.ts':
      "import { startServer } from 'tina4-nodejs';\nprocess.on('unhandledRejection', () => console.log('the app knows'));\nstartServer();\n",
  });
  const address = await project.serve();
  await fetch(`${address}/stray`);
  await project.until(/the app knows/);
  await project.until(/Error: stray one/);
  expect((await fetch(`${address}/hello`)).status).toBe(200);
}, 20_000);
