import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from '@jest/globals';
import { checkStorable, serializeRecord } from '../../src/data/serialize.js';
import { closeApps, openApp } from '../support/apps.js';
import { memoryLog } from '../support/observe.js';
import { Browser } from '../support/test-app.js';

afterEach(closeApps);

class Query {
  // biome-ignore lint/suspicious/noThenProperty: query builders are such objects
  then(): void {}
}

class Money {
  readonly amount = 5;
  readonly currency = 'EUR';
}

class Failed extends Error {}

const cycle: Record<string, unknown> = {};
cycle.self = cycle;

const unstorable: readonly [name: string, value: unknown][] = [
  ['a Map', new Map([['a', 1]])],
  ['a Set', new Set([1])],
  ['a WeakMap', new WeakMap()],
  ['a WeakSet', new WeakSet()],
  ['a promise', Promise.resolve({ id: 1 })],
  ['a thenable', new Query()],
  ['a regular expression', /a/],
  ['an error', new TypeError('no')],
  ['an error of a class of its own', new Failed('no')],
  ['an error with fields', Object.assign(new Error('no'), { code: 5 })],
  ['a function', () => 1],
  ['a class', Money],
  ['a symbol', Symbol('a')],
  ['a value under a symbol', { [Symbol('key')]: 1 }],
  ['a BigInt', 10n],
  ['a cycle', cycle],
  ['a Buffer', Buffer.from('abc')],
  ['a typed array', new Float64Array(2)],
  ['a DataView', new DataView(new ArrayBuffer(1))],
  ['an ArrayBuffer', new ArrayBuffer(2)],
  ['a Blob', new Blob(['abc'])],
  ['a Node stream', Readable.from(['a'])],
  ['a web stream', new ReadableStream()],
  ['a generator', (function* () {})()],
  ['headers', new Headers({ a: 'b' })],
  ['a Map of another realm', runInNewContext('new Map()')],
  ['a promise of another realm', runInNewContext('Promise.resolve(1)')],
  ['an error of another realm', runInNewContext('new Error("no")')],
  ['what a toJSON returns', { toJSON: () => ({ tags: new Set() }) }],
];

const places: readonly [place: string, put: (value: unknown) => Record<string, unknown>, path: string][] = [
  ['at the top', (value) => ({ fine: 1, bad: value }), 'bad'],
  ['in a list', (value) => ({ fine: 1, bad: [1, [value]] }), 'bad[1][0]'],
  ['deep down', (value) => ({ fine: 1, bad: { 'a b': [{ c: value }] } }), 'bad["a b"][0].c'],
];

function failureOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe.each(places)('%s', (_place, put, path) => {
  test.each(unstorable)('%s is an error that names the key and where it stands', (_name, value) => {
    const data = put(value);
    const failure = failureOf(() => {
      serializeRecord(data);
      checkStorable(data);
    });
    expect(failure).toMatchObject({ code: 'T4_SESSION_NOT_SERIALIZABLE', details: { key: 'bad' } });
    expect((failure as { details: { path: string } }).details.path.startsWith(path)).toBe(true);
  });
});

test('what JSON carries, in its own way, is stored', () => {
  const data = {
    left: undefined,
    date: new Date(0),
    url: new URL('http://localhost/'),
    custom: { toJSON: () => [1] },
    money: new Money(),
    bare: Object.assign(Object.create(null), { a: 1 }),
    boxed: [Object('text'), Object(5)],
    empty: [{}, [], null, ''],
    foreign: runInNewContext('({ a: [1], d: new Date(0) })'),
    __proto__: null,
  };
  const json = serializeRecord(data);
  expect(checkStorable(data)).toEqual([]);
  expect(JSON.parse(json)).toEqual({
    date: '1970-01-01T00:00:00.000Z',
    url: 'http://localhost/',
    custom: [1],
    money: { amount: 5, currency: 'EUR' },
    bare: { a: 1 },
    boxed: ['text', 5],
    empty: [{}, [], null, ''],
    foreign: { a: [1], d: '1970-01-01T00:00:00.000Z' },
  });
});

test('NaN and Infinity are told, with where they stand', () => {
  expect(checkStorable({ a: Number.NaN, b: [1, { c: Number.POSITIVE_INFINITY }], d: 1 })).toEqual(['a', 'b[1].c']);
});

/** Routes that put one value into a session that has something already. */
async function visitorWith(make: () => unknown) {
  const { log, lines } = memoryLog();
  const app = await openApp(
    {
      'POST /begin': ({ session }) => {
        session.user = { name: 'ann' };
      },
      'POST /bad': ({ session }) => {
        session.fine = 1;
        session.bad = make();
      },
      'POST /nested': ({ session }) => {
        session.user.bad = make();
      },
      'POST /under-a-symbol': ({ session }) => {
        Reflect.set(session, Symbol('bad'), 1);
      },
      'GET /all': ({ session }) => ({ ...session }),
    },
    { log },
  );
  const browser = new Browser(app);
  await browser.post('/begin');
  return { browser, lines };
}

const BEFORE = { user: { name: 'ann' } };

test.each([
  ['a forgotten await', () => Promise.resolve({ name: 'bob' })],
  ['a function, of which the text shows nothing', () => () => 1],
  ['a symbol, of which the text shows nothing', () => Symbol('a')],
  ['a Map', () => new Map()],
])('in production, too, %s is answered 500 and nothing of the request is stored', async (_name, make) => {
  const { browser } = await visitorWith(make);
  for (const path of ['/bad', '/nested']) {
    expect(await browser.post(path)).toMatchObject({
      status: 500,
      json: { error: 'T4_SESSION_NOT_SERIALIZABLE', message: expect.stringMatching(/"(bad|user)"/) },
    });
    expect((await browser.get('/all')).json).toEqual(BEFORE);
  }
});

test('a value under a symbol is answered 500', async () => {
  const { browser } = await visitorWith(() => 1);
  expect((await browser.post('/under-a-symbol')).status).toBe(500);
});

test('NaN is stored as null, and one warning names the route and where it stands', async () => {
  const { browser, lines } = await visitorWith(() => [Number.NaN]);
  for (let request = 0; request < 2; request++) expect((await browser.post('/bad')).status).toBe(200);
  expect((await browser.get('/all')).json).toEqual({ ...BEFORE, fine: 1, bad: [null] });
  expect(lines.map(({ level, message }) => [level, message])).toEqual([
    ['warn', expect.stringMatching(/POST \/bad.*bad\[0\]/)],
  ]);
});
