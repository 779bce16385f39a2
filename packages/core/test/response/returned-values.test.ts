import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { HttpError } from '../../src/index.js';
import { closeApps, type RunningApp, startApp } from '../running-app.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tina4-returned-'));
  await writeFile(path.join(folder, 'bytes.bin'), Buffer.from([0, 255, 1]));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(closeApps);

/** A query builder as they are: it runs when somebody waits for it. */
function thenable(value: unknown): PromiseLike<unknown> {
  // biome-ignore lint/suspicious/noThenProperty: that is what it is about
  return { then: (...listeners: [never, never]) => Promise.resolve(value).then(...listeners) };
}

const promiseOfAnotherRealm = (value: unknown): unknown => runInNewContext('Promise.resolve(value)', { value });

function answering(returned: () => unknown, isDebug = true): Promise<RunningApp> {
  return startApp(
    (router) => {
      router.get('/x', () => returned());
    },
    { isDebug },
  );
}

describe('what is awaited', () => {
  const arriving: Record<string, (value: unknown) => unknown> = {
    'a promise': (value) => Promise.resolve(value),
    'a thenable of a query builder': thenable,
    'a promise of another realm': promiseOfAnotherRealm,
  };
  for (const [what, make] of Object.entries(arriving)) {
    test(`${what} is answered with what it comes to`, async () => {
      const { fetch } = await answering(() => make([{ id: 1 }]));
      expect(await (await fetch('/x')).json()).toEqual([{ id: 1 }]);
    });

    test(`${what} that rejects is answered as a throw`, async () => {
      const { fetch } = await answering(() => make(Promise.reject(Object.assign(new Error('gone'), { status: 410 }))));
      expect((await fetch('/x')).status).toBe(410);
    });
  }

  test('middleware of another realm is waited for', async () => {
    const { fetch } = await startApp((router) => {
      router.use((_req, res, next) =>
        promiseOfAnotherRealm(
          (async () => {
            await next();
            res.header('X-After', 'yes');
          })(),
        ),
      );
      router.get('/x', () => promiseOfAnotherRealm({ ok: true }));
    });
    const response = await fetch('/x');
    expect([response.headers.get('x-after'), await response.json()]).toEqual(['yes', { ok: true }]);
  });

  test('an async group of another realm is refused as any', async () => {
    await expect(
      startApp((router) => {
        router.group('/g', () => promiseOfAnotherRealm(undefined));
      }),
    ).rejects.toThrow('T4_ROUTE_GROUP');
  });
});

describe('bytes and streams are sent as what they are', () => {
  const bytes = Buffer.from([0, 255, 1]);
  const sources: Record<string, () => unknown> = {
    'a Buffer': () => bytes,
    'a typed array': () => new Uint8Array(bytes),
    'a part of a larger typed array': () => new Uint8Array([9, 0, 255, 1, 9]).subarray(1, 4),
    'a DataView': () => new DataView(new Uint8Array(bytes).buffer),
    'an ArrayBuffer': () => new Uint8Array(bytes).buffer,
    'an ArrayBuffer of another realm': () => runInNewContext('new Uint8Array([0, 255, 1]).buffer'),
    'a Blob': () => new Blob([bytes]),
    'a stream of Node': () => Readable.from([bytes]),
    'a file of Node': () => createReadStream(path.join(folder, 'bytes.bin')),
    'a stream of the web': () => new Blob([bytes]).stream(),
  };
  for (const [what, make] of Object.entries(sources)) {
    test(what, async () => {
      const { fetch } = await answering(make);
      const response = await fetch('/x');
      const body = Buffer.from(await response.arrayBuffer());
      expect([response.status, response.headers.get('content-type'), body]).toEqual([
        200,
        'application/octet-stream',
        bytes,
      ]);
    });
  }

  test('a Blob has its type and its length', async () => {
    const { fetch } = await answering(() => new Blob(['<p>'], { type: 'text/html' }));
    const { headers } = await fetch('/x');
    expect([headers.get('content-type'), headers.get('content-length')]).toEqual(['text/html', '3']);
  });

  test('a type that the handler set stays', async () => {
    const { fetch } = await startApp((router) => {
      router.get('/x', (_req, res) => {
        res.header('Content-Type', 'image/png');
        return new Uint8Array(bytes);
      });
    });
    expect((await fetch('/x')).headers.get('content-type')).toBe('image/png');
  });

  test('handlers that are generators stream what they yield', async () => {
    const { fetch } = await startApp((router) => {
      router.get('/sync', function* () {
        yield 'data: 1\n\n';
        yield 'data: 2\n\n';
      });
      router.get('/async', async function* () {
        yield 'data: 1\n\n';
        yield 'data: 2\n\n';
      });
    });
    for (const from of ['/sync', '/async']) {
      const response = await fetch(from);
      expect([response.headers.get('content-type'), await response.text()]).toEqual([
        'text/event-stream',
        'data: 1\n\ndata: 2\n\n',
      ]);
    }
  });
});

describe('what is no data is refused, naming the route', () => {
  const refused: Record<string, () => unknown> = {
    'a Map': () => new Map([[1, 2]]),
    'a Set': () => new Set([1]),
    'a WeakMap': () => new WeakMap(),
    'a RegExp': () => /x/,
    'a Map of another realm': () => runInNewContext('new Map()'),
    'a function': () => () => 1,
    'a symbol': () => Symbol('x'),
    'the iterator of a list': () => [1].values(),
    Headers: () => new Headers(),
    'a response of fetch': () => new globalThis.Response('x'),
    'a BigInt': () => 1n,
    'an object that holds itself': () => {
      const self: Record<string, unknown> = {};
      self.self = self;
      return self;
    },
  };
  for (const [what, make] of Object.entries(refused)) {
    test(what, async () => {
      const { fetch, logged } = await answering(make);
      const response = await fetch('/x');
      expect([response.status, await response.json()]).toEqual([
        500,
        expect.objectContaining({ code: 'T4_ANSWER_NOT_DATA', error: expect.stringContaining('GET /x') }),
      ]);
      expect(logged.join()).toContain('T4_ANSWER_NOT_DATA');
    });
  }

  test('a returned Error is answered as if thrown', async () => {
    const { fetch } = await startApp((router) => {
      router.get('/mine', () => new HttpError(404, 'NO_ITEM', 'no such item'));
      router.get('/async', async () => runInNewContext('new TypeError("a defect")'));
    });
    const mine = await fetch('/mine');
    expect([mine.status, ((await mine.json()) as { error: string }).error]).toEqual([404, 'no such item']);
    expect((await fetch('/async')).status).toBe(500);
  });

  const nested: Record<string, [unknown, string]> = {
    'a forgotten await': [{ user: { d: Promise.resolve(1) } }, 'user.d'],
    'a Map in a list': [{ rows: [1, { tags: new Map() }] }, 'rows[1].tags'],
    'a Set that toJSON gives': [{ a: { toJSON: () => ({ set: new Set() }) } }, 'a.set'],
    'an Error': [{ failure: new Error('secret') }, 'failure'],
    'a BigInt': [{ sums: [1n] }, 'sums[0]'],
  };
  for (const [what, [data, key]] of Object.entries(nested)) {
    test(`${what} inside of the data is named with its key`, async () => {
      for (const call of ['json', 'send'] as const) {
        const { fetch } = await startApp(
          (router) => {
            router.get('/x', (_req, res) => res[call](data));
          },
          { isDebug: true },
        );
        expect(await (await fetch('/x')).json()).toMatchObject({
          code: 'T4_ANSWER_NOT_DATA',
          error: expect.stringContaining(`"${key}"`),
        });
      }
    });
  }

  test('empty objects and lists, dates and instances with nothing to show are data', async () => {
    class Empty {}
    const data = { a: {}, b: [], c: new Empty(), d: Object.create(null), e: '{}', f: new Date(0), g: undefined };
    const { fetch } = await answering(() => data);
    expect(await (await fetch('/x')).json()).toEqual({ a: {}, b: [], c: {}, d: {}, e: '{}', f: new Date(0).toJSON() });
  });
});
