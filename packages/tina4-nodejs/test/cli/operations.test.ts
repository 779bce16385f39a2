import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
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
  expect(((await answer.json()) as { path: string }).path).toContain(`${folder}/tina4_upload_`);
  const deadline = Date.now() + 5000;
  while ((await readdir(folder)).length > 0 && Date.now() < deadline);
  expect(await readdir(folder)).toEqual([]);
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
