import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { AppOptions, Router, UploadedFile } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tina4-upload-test-'));
});
afterEach(async () => {
  await closeApps();
  await rm(folder, { recursive: true, force: true });
});

const start = (register: (router: Router) => void, limits: AppOptions['limits'] = {}) =>
  startApp(register, { limits: { uploadDirectory: folder, ...limits } });
const show = (router: Router): void => {
  router.post('/up', (req, res) => res.json({ body: req.body, files: req.files }));
};
/** The folder is emptied right after the answer has left. */
async function isEmptySoon(): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await readdir(folder)).length === 0) return true;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return false;
}

test('fields and files arrive, several files of one field as a list, and nothing is left on disk', async () => {
  const { fetch } = await start((router) => {
    router.post('/up', async (req, res) => {
      const image = req.files.image as UploadedFile;
      return res.json({
        body: req.body,
        image: [
          image.name,
          image.filename,
          image.fieldName,
          image.type,
          image.size,
          path.basename(image.tmpPath).slice(0, 13),
        ],
        onDisk: await readFile(image.tmpPath, 'utf8'),
        content: image.content.toString(),
        many: (req.files.many as UploadedFile[]).map((file) => file.name),
      });
    });
  });
  const form = new FormData();
  form.set('title', 'Ünïcode');
  form.append('many', new Blob(['1']), 'a.txt');
  form.append('many', new Blob(['2']), 'b.txt');
  form.set('image', new Blob(['picture'], { type: 'image/png' }), 'cat.png');
  const answer = await (await fetch('/up', { method: 'POST', body: form })).json();
  expect(answer).toEqual({
    body: { title: 'Ünïcode' },
    image: ['cat.png', 'cat.png', 'image', 'image/png', 7, 'tina4_upload_'],
    onDisk: 'picture',
    content: 'picture',
    many: ['a.txt', 'b.txt'],
  });
  expect(await isEmptySoon()).toBe(true);
});

test('a file that the handler moved stays', async () => {
  const kept = path.join(folder, 'kept.txt');
  const { fetch } = await start((router) => {
    router.post('/up', async (req, res) => {
      await rename((req.files.f as UploadedFile).tmpPath, kept);
      return res.json(1);
    });
  });
  const form = new FormData();
  form.set('f', new Blob(['keep me']), 'x.txt');
  await fetch('/up', { method: 'POST', body: form });
  expect(await readFile(kept, 'utf8')).toBe('keep me');
});

test('paths in file names are stripped and an empty file input is no file', async () => {
  const { fetch } = await start(show);
  const boundary = 'XX';
  const part = (name: string, filename: string, body: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\n\r\n${body}\r\n`;
  const body = `${part('a', '../../etc/passwd', 'x')}${part('b', 'C:\\\\dir\\\\evil.exe', 'y')}${part('none', '', '')}--${boundary}--\r\n`;
  const response = await fetch('/up', {
    method: 'POST',
    body,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  });
  const { files } = (await response.json()) as { files: Record<string, { name: string }> };
  expect(Object.fromEntries(Object.entries(files).map(([field, file]) => [field, file.name]))).toEqual({
    a: 'passwd',
    b: 'evil.exe',
  });
});

test('a large file is on disk only, and its content says how to read it', async () => {
  const { fetch, logged } = await start((router) => {
    router.post('/up', (req, res) => res.json((req.files.f as UploadedFile).size));
    router.post('/content', (req, res) => res.send((req.files.f as UploadedFile).content));
  });
  const form = (): FormData => {
    const data = new FormData();
    data.set('f', new Blob([Buffer.alloc(2_000_000)]), 'big.bin');
    return data;
  };
  expect(await (await fetch('/up', { method: 'POST', body: form() })).json()).toBe(2_000_000);
  expect((await fetch('/content', { method: 'POST', body: form() })).status).toBe(500);
  expect(logged.join()).toContain('await readFile(file.tmpPath)');
});

test.each<[string, AppOptions['limits']]>([
  ['the whole body', { maxUploadBytes: 400 }],
  ['the number of files', { maxFiles: 1 }],
  ['the number of fields', { maxFields: 1 }],
  ['the length of a field', { maxFieldBytes: 20 }],
])('a form over the limit of %s answers 413 and leaves no file', async (_name, limits) => {
  const { fetch } = await start(show, limits);
  const form = new FormData();
  form.set('one', 'x'.repeat(30));
  form.set('two', 'y');
  form.set('file1', new Blob(['a'.repeat(200)]), 'a');
  form.set('file2', new Blob(['b'.repeat(200)]), 'b');
  expect((await fetch('/up', { method: 'POST', body: form })).status).toBe(413);
  expect(await isEmptySoon()).toBe(true);
});

test.each([
  ['without a boundary', 'multipart/form-data', 'x'],
  [
    'that ends early',
    'multipart/form-data; boundary=XX',
    '--XX\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\nno end',
  ],
])('a multipart body %s answers 400 and leaves no file', async (_name, type, body) => {
  const { fetch } = await start(show);
  expect((await fetch('/up', { method: 'POST', body, headers: { 'content-type': type } })).status).toBe(400);
  expect(await isEmptySoon()).toBe(true);
});

test('a client that hangs up in the middle of an upload leaves no file', async () => {
  const { port } = await start(show);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    'POST /up HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=XX\r\nContent-Length: 90000\r\n\r\n' +
      `--XX\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n${'x'.repeat(40_000)}`,
  );
  for (let tries = 0; tries < 200 && (await readdir(folder)).length === 0; tries++)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await readdir(folder)).toHaveLength(1);
  socket.destroy();
  expect(await isEmptySoon()).toBe(true);
});

test('a field named __proto__ is a plain field', async () => {
  const { fetch } = await start(
    (router) => void router.post('/up', (req, res) => res.json([Object.keys(req.body), ({} as { x?: 1 }).x ?? null])),
  );
  const form = new FormData();
  form.set('__proto__', 'x');
  expect(await (await fetch('/up', { method: 'POST', body: form })).json()).toEqual([['__proto__'], null]);
});

test('all values of a text field can be had, and names that end in brackets hold lists, of files too', async () => {
  const { fetch } = await start((router) => {
    router.post('/up', (req, res) =>
      res.json([req.body, req.bodyAll('a'), (req.files['f[]'] as UploadedFile[]).map((file) => file.name)]),
    );
  });
  const form = new FormData();
  for (const value of ['1', '2']) form.append('a', value);
  form.append('tag[]', 'x');
  form.append('f[]', new Blob(['1']), 'one.txt');
  expect(await (await fetch('/up', { method: 'POST', body: form })).json()).toEqual([
    { a: '2', 'tag[]': ['x'] },
    ['1', '2'],
    ['one.txt'],
  ]);
});

test.each([
  ['a field without a name', 'form-data'],
  ['a field with an empty name', 'form-data; name=""'],
  ['a file without a name', 'form-data; filename="x.txt"'],
])('%s is answered with 400 and leaves no file', async (_name, disposition) => {
  const { post } = await start(show);
  const body = `--XX\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nfile\r\n--XX\r\nContent-Disposition: ${disposition}\r\n\r\nx\r\n--XX--\r\n`;
  expect((await post('/up', body, 'multipart/form-data; boundary=XX')).status).toBe(400);
  expect(await isEmptySoon()).toBe(true);
});

test('bytes without a file name are a file without one', async () => {
  const { post } = await start(show);
  const body =
    '--XX\r\nContent-Disposition: form-data; name="f"\r\nContent-Type: application/octet-stream\r\n\r\nbytes\r\n--XX--\r\n';
  const answer = (await (await post('/up', body, 'multipart/form-data; boundary=XX')).json()) as { files: object };
  expect(answer.files).toMatchObject({ f: { name: '', size: 5 } });
});

test('an upload of 100 files warns of nothing', async () => {
  const warnings: string[] = [];
  const note = (warning: Error): unknown => warnings.push(warning.message);
  process.on('warning', note);
  const { fetch } = await start((router) =>
    router.post('/up', (req, res) => res.json((req.files.f as object[]).length)),
  );
  const form = new FormData();
  for (let index = 0; index < 100; index++) form.append('f', new Blob(['x']), `${index}.txt`);
  expect(await (await fetch('/up', { method: 'POST', body: form })).json()).toBe(100);
  process.removeListener('warning', note);
  expect(warnings).toEqual([]);
});
