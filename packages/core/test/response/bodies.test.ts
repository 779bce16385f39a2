import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { closeApps, startApp } from '../running-app.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tina4-files-'));
  await writeFile(path.join(folder, 'report.pdf'), 'pdf-bytes');
  await writeFile(path.join(folder, '.hidden.txt'), 'explicit');
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(closeApps);

const LONG = 'word '.repeat(1000);

test('a file is sent as a download with its type, length and name, in ranges too', async () => {
  const { fetch } = await startApp((router) => {
    router.get('/f', (_req, res) => res.file(path.join(folder, 'report.pdf')));
    router.get('/named', async (_req, res) => res.file(path.join(folder, 'report.pdf'), '報告 "1".pdf'));
    router.get('/shown', (_req, res) =>
      res.file(path.join(folder, 'report.pdf'), { download: false, contentType: 'text/x-odd' }),
    );
    router.get('/dot', (_req, res) => res.file(path.join(folder, '.hidden.txt')));
  });
  const whole = await fetch('/f');
  expect([
    whole.status,
    whole.headers.get('content-type'),
    whole.headers.get('content-length'),
    await whole.text(),
  ]).toEqual([200, 'application/pdf', '9', 'pdf-bytes']);
  expect(whole.headers.get('content-disposition')).toBe('attachment; filename="report.pdf"');
  const part = await fetch('/f', { headers: { range: 'bytes=4-' } });
  expect([part.status, await part.text()]).toEqual([206, 'bytes']);
  const named = (await fetch('/named')).headers.get('content-disposition');
  expect(named).toContain("filename*=UTF-8''%E5%A0%B1%E5%91%8A%20%221%22.pdf");
  const shown = await fetch('/shown');
  expect([shown.headers.get('content-type'), shown.headers.get('content-disposition')]).toEqual(['text/x-odd', null]);
  expect(await (await fetch('/dot')).text()).toBe('explicit');
});

test('a file that is not there answers 404', async () => {
  const { fetch } = await startApp(
    (router) => void router.get('/f', (_req, res) => res.file(path.join(folder, 'none.pdf'))),
  );
  const response = await fetch('/f');
  expect([response.status, response.headers.get('content-disposition'), await response.text()]).toEqual([
    404,
    null,
    'File not found',
  ]);
});

test('a stream sends chunks as they come, as server-sent events by default', async () => {
  const { fetch } = await startApp((router) => {
    router.get('/s', (_req, res) =>
      res.stream(async function* () {
        yield 'data: 1\n\n';
        await pause(5);
        yield 'data: 2\n\n';
      }),
    );
  });
  const response = await fetch('/s');
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect([response.headers.get('cache-control'), response.headers.get('x-accel-buffering')]).toEqual([
    'no-cache',
    'no',
  ]);
  expect(await response.text()).toBe('data: 1\n\ndata: 2\n\n');
});

test('a client that hangs up ends the generator, whose finally runs', async () => {
  let isCleanedUp = false;
  const { port } = await startApp((router) => {
    router.get('/s', (_req, res) =>
      res.stream(
        (async function* () {
          try {
            for (;;) {
              yield 'tick\n';
              await pause(5);
            }
          } finally {
            isCleanedUp = true;
          }
        })(),
        'text/plain',
      ),
    );
  });
  await new Promise<void>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /s HTTP/1.1\r\nHost: x\r\n\r\n'));
    socket.once('data', () => {
      socket.destroy();
      resolve();
    });
  });
  for (let tries = 0; tries < 200 && !isCleanedUp; tries++) await pause(5);
  expect(isCleanedUp).toBe(true);
});

test('a slow client is not sent more than it takes', async () => {
  let produced = 0;
  const { port } = await startApp((router) => {
    router.get('/s', (_req, res) =>
      res.stream(
        (function* () {
          for (;;) {
            produced++;
            yield Buffer.alloc(65_536);
          }
        })(),
        'application/octet-stream',
      ),
    );
  });
  const socket = connect(port, '127.0.0.1', () => socket.write('GET /s HTTP/1.1\r\nHost: x\r\n\r\n'));
  socket.pause();
  let before = -1;
  while (produced !== before) {
    before = produced;
    await pause(100);
  }
  expect(produced).toBeLessThan(1000);
  socket.destroy();
});

test('a stream that fails in the middle cuts the connection and is logged', async () => {
  const { fetch, logged } = await startApp((router) => {
    router.get('/s', (_req, res) =>
      res.stream(async function* () {
        yield 'begun';
        throw new Error('in the middle');
      }, 'text/plain'),
    );
  });
  await expect(fetch('/s').then((response) => response.text())).rejects.toThrow();
  expect(logged.join()).toContain('GET /s broke off');
});

test.each(['br', 'gzip'])('a long text is compressed with %s where the client takes it', async (coding) => {
  const { fetch } = await startApp((router) => void router.get('/t', (_req, res) => res.text(LONG)));
  const response = await fetch('/t', { headers: { 'accept-encoding': coding } });
  expect([response.headers.get('content-encoding'), response.headers.get('vary')]).toEqual([coding, 'Accept-Encoding']);
  expect(Number(response.headers.get('content-length'))).toBeLessThan(500);
  expect(await response.text()).toBe(LONG);
});

test.each([
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  ['br;q=0.001, *;q=0.5', 'gzip'],
  ['*', 'br'],
  ['*;q=0.5, br;q=0', 'gzip'],
  ['BR', 'br'],
  ['gzip ; q=0.000, br;q=0', null],
  ['identity, *;q=0', null],
  ['brotli, xgzip', null],
  ['', null],
])('of the codings in "%s" the client gets the one it prefers', async (accept, coding) => {
  const { fetch } = await startApp((router) => void router.get('/t', (_req, res) => res.text(LONG)));
  const { headers } = await fetch('/t', { headers: { 'accept-encoding': accept } });
  expect(headers.get('content-encoding')).toBe(coding);
});

test('what is short, refused, no text or marked no-transform is not compressed', async () => {
  const { fetch } = await startApp((router) => {
    router.get('/short', (_req, res) => res.text('short'));
    router.get('/long', (_req, res) => res.text(LONG));
    router.get('/bytes', (_req, res) => res.send(Buffer.alloc(5000)));
    router.get('/marked', (_req, res) => res.header('Cache-Control', 'no-transform').text(LONG));
  });
  const codingOf = async (target: string, accept: string): Promise<string | null> =>
    (await fetch(target, { headers: { 'accept-encoding': accept } })).headers.get('content-encoding');
  expect(await codingOf('/short', 'gzip')).toBeNull();
  expect(await codingOf('/long', 'gzip;q=0')).toBeNull();
  expect(await codingOf('/long', 'br;q=0, gzip')).toBe('gzip');
  expect(await codingOf('/bytes', 'gzip')).toBeNull();
  expect(await codingOf('/marked', 'gzip')).toBeNull();
});

test('a long answer has an ETag, and a client that has it gets 304', async () => {
  const { fetch, sendRaw } = await startApp((router) => void router.get('/t', (_req, res) => res.text(LONG)));
  const tag = (await fetch('/t', { headers: { 'accept-encoding': 'identity' } })).headers.get('etag') as string;
  expect(tag).toMatch(/^"[\w-]+"$/);
  const conditional = await sendRaw(
    `GET /t HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIf-None-Match: "other", ${tag}\r\n\r\n`,
  );
  expect(conditional).toMatch(/^HTTP\/1.1 304 /);
  expect(conditional.endsWith('\r\n\r\n')).toBe(true);
});
