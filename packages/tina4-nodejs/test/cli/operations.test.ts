import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { ServedProject } from './served-project.js';

let project: ServedProject;
afterEach(() => project.remove());

const routes = `import { Router } from 'tina4-nodejs';
Router.post('/upload', async (req, res) => res.json({ path: req.files.photo.tmpPath }));
Router.get('/block', async (req, res) => {
  const end = performance.now() + 400;
  while (performance.now() < end);
  return res.json({});
});
`;

test('TINA4_UPLOAD_TMP is made at the start, holds uploads while their request runs, and is empty afterwards', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': routes });
  const address = await project.serve([], { TINA4_UPLOAD_TMP: 'var/uploads' });
  const body = new FormData();
  body.set('photo', new Blob(['bytes']), 'me.png');
  const answer = await fetch(`${address}/upload`, { method: 'POST', body });
  const folder = join(project.folder, 'var/uploads');
  const { path } = (await answer.json()) as { path: string };
  expect(dirname(dirname(path))).toBe(folder);
  expect(basename(dirname(path))).toMatch(/^tina4-uploads-/);
  expect(basename(path)).toMatch(/^tina4_upload_/);
  const deadline = Date.now() + 5000;
  while ((await readdir(dirname(path))).length > 0 && Date.now() < deadline);
  expect(await readdir(dirname(path))).toEqual([]);
  await project.stop();
  expect(await readdir(folder)).toEqual([]);
});

test('uploads of a killed process are removed at the next start', async () => {
  project = await ServedProject.create({
    'src/routes/a.ts': routes.replace('=> res.json({ path: req.files.photo.tmpPath })', '=> new Promise(() => {})'),
  });
  const address = await project.serve([], { TINA4_UPLOAD_TMP: 'var/uploads' });
  const body = new FormData();
  body.set('photo', new Blob(['bytes']), 'me.png');
  const asking = fetch(`${address}/upload`, { method: 'POST', body }).catch(() => 'cut');
  const folder = join(project.folder, 'var/uploads');
  const files = async (): Promise<string[]> => (await readdir(folder, { recursive: true })).sort();
  while ((await files()).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await project.stop('SIGKILL');
  expect(await asking).toBe('cut');
  expect(await files()).toHaveLength(2);
  await project.serve([], { TINA4_UPLOAD_TMP: 'var/uploads' });
  await project.until(/Removed the uploads that 1 ended process had left/);
  expect(await files()).toEqual([]);
});

test('a client that never reads is cut, and connections are bounded, as the settings say', async () => {
  project = await ServedProject.create({
    'src/routes/a.ts': `import { Router } from 'tina4-nodejs';
let isGone = false;
Router.get('/big', async (req, res) => {
  req.onClientGone(() => { isGone = true; });
  return res.send(Buffer.alloc(64 * 1024 * 1024));
});
Router.get('/gone', async (req, res) => res.json(isGone));`,
  });
  const address = await project.serve([], { TINA4_SEND_TIMEOUT: '0.2', TINA4_MAX_CONNECTIONS: '2' });
  const open = (): Socket => connect(Number(new URL(address).port), '127.0.0.1').on('error', () => {});
  const [reader, idle] = [open().pause(), open()];
  await Promise.all([once(reader, 'connect'), once(idle, 'connect')]);
  await once(open().resume(), 'close');
  idle.destroy();
  reader.write('GET /big HTTP/1.1\r\nHost: x\r\n\r\n');
  let gone = '';
  while (gone !== 'true') {
    gone = await fetch(`${address}/gone`, { headers: { connection: 'close' } }).then(
      (answer) => answer.text(),
      () => '',
    );
  }
  reader.destroy();
});

test('an upload folder that cannot be made stops the start in one line', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': routes, var: 'a file' });
  const { code, output } = await project.start(['serve', '--port', '0'], { TINA4_UPLOAD_TMP: 'var/uploads' }).ended();
  expect(code).toBe(1);
  expect(output).toMatch(/^Error: TINA4_UPLOAD_TMP is "var\/uploads": the folder cannot be made \(\w+\)\.\n$/);
});

test('a handler that blocks the event loop is told of in the log', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': routes });
  const address = await project.serve([], { TINA4_LOOP_LAG_WARN_MS: '250' });
  await fetch(`${address}/block`);
  await project.until(/The event loop was blocked for \d+ ms/);
});
