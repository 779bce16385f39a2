import { afterEach, describe, expect, test } from '@jest/globals';
import type { Response as Answer } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

// biome-ignore lint/suspicious/noExplicitAny: what callers without types give
type Loose = any;

/** What no finisher of text can send. */
const WRONG: Record<string, () => unknown> = {
  nothing: () => undefined,
  null: () => null,
  'a symbol': () => Symbol('x'),
  'a function': () => () => 1,
  'a Map': () => new Map([[1, 2]]),
  'a Promise': () => Promise.resolve('x'),
  'an object': () => ({ a: 1 }),
  'an object without a prototype': () => Object.create(null),
  'a list': () => ['<p>'],
  'an object that cannot become text': () => ({ toString: () => Symbol('x') }),
};

/** Asks a route that makes one call; what it got, with the code of an error. */
async function call(make: (res: Loose) => unknown): Promise<{ status: number; code: unknown; text: string }> {
  const { fetch } = await startApp(
    (router) => {
      router.get('/x', async (_req, res) => make(res));
    },
    { isDebug: true },
  );
  const response = await fetch('/x');
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return { status: response.status, code: isJson ? (JSON.parse(text) as { code?: unknown }).code : undefined, text };
}

const REFUSED = { status: 500, code: 'T4_ANSWER_NOT_DATA' };

describe('what a finisher cannot send is a 500 with its code, never an empty answer', () => {
  for (const finisher of ['html', 'text', 'xml', 'render', 'file', 'write', 'stream'] as const) {
    test(`res.${finisher}`, async () => {
      const takes: readonly string[] =
        finisher === 'stream' ? ['a list', 'a function', 'a Map'] : finisher === 'write' ? ['a function'] : [];
      for (const [what, value] of Object.entries(WRONG).filter(([name]) => !takes.includes(name))) {
        expect({ what, ...(await call((res) => res[finisher](value()))) }).toMatchObject({ what, ...REFUSED });
      }
    });
  }

  test('res.end takes nothing, text and bytes', async () => {
    for (const [what, value] of Object.entries(WRONG).filter(([name]) => name !== 'nothing' && name !== 'null')) {
      expect({ what, ...(await call((res) => res.end(value()))) }).toMatchObject({ what, ...REFUSED });
    }
    expect(await call((res) => res.end(null))).toMatchObject({ status: 200, text: '' });
    expect(await call((res) => res.end(new Uint8Array([104, 105])))).toMatchObject({ status: 200, text: 'hi' });
  });

  test('res.xml and res.html take text and bytes, res.text numbers too', async () => {
    expect(await call((res) => res.xml(5))).toMatchObject(REFUSED);
    expect(await call((res) => res.html(5))).toMatchObject(REFUSED);
    expect(await call((res) => res.text(5))).toMatchObject({ status: 200, text: '5' });
    expect(await call((res) => res.xml(Buffer.from('<a/>')))).toMatchObject({ status: 200, text: '<a/>' });
  });

  test('a generator that cannot be begun', async () => {
    const failing = (): never => {
      throw new Error('no luck');
    };
    expect(await call((res) => res.stream(failing))).toMatchObject({ status: 500 });
    expect(await call((res) => res.stream(() => 5))).toMatchObject({ status: 500 });
  });

  test('a body that writes itself and fails before its first byte', async () => {
    const failing = async (): Promise<never> => {
      throw Object.assign(new Error('gone'), { status: 410 });
    };
    expect(await call((res) => res.write(failing))).toMatchObject({ status: 410 });
  });
});

const bad = { status: 500, code: 'T4_HEADER_INVALID' };

describe('headers that cannot be sent are a 500 with their code', () => {
  test('content types', async () => {
    const types = ['text/plain\r\nX-Injected: 1', 5n, {}, Symbol('x'), null, '\u{1F600}'].filter(
      (type) => type !== null,
    );
    for (const type of types) {
      expect(await call((res) => res({ a: 1 }, 200, type))).toMatchObject(bad);
      expect(await call((res) => res.stream(['x'], type))).toMatchObject(bad);
      expect(await call((res) => res.write(() => {}, type))).toMatchObject(bad);
      expect(await call((res) => res.file(__filename, { contentType: type }))).toMatchObject(bad);
    }
  });

  test('names and values', async () => {
    for (const value of [undefined, null, true, {}, Symbol('x'), [1n], () => 1, new Date()]) {
      expect(await call((res) => res.header('X-A', value).json(1))).toMatchObject(bad);
    }
    for (const name of ['', 'a b', '__proto__', undefined, null, 5, Symbol('x'), {}]) {
      expect(await call((res) => res.header(name, 'x').json(1))).toMatchObject(bad);
    }
  });

  test('names that objects have by themselves are names like any other', async () => {
    const { fetch } = await startApp((router) => {
      router.get('/x', (_req, res) => res.header('constructor', 'a').header('toString', 'b').json({}));
    });
    const { headers } = await fetch('/x');
    expect([headers.get('constructor'), headers.get('tostring')]).toEqual(['a', 'b']);
  });

  test('a second framing beside the one that the answer has', async () => {
    expect(await call((res) => res.header('Transfer-Encoding', 'chunked').json(1))).toMatchObject(bad);
    expect(await call((res) => res.header('transfer-encoding', '').json(1))).toMatchObject(bad);
    expect(await call((res) => res.header('Content-Length', '5, 6').stream(['x']))).toMatchObject(bad);
    expect(await call((res) => res.header('Connection', 'upgrade').json(1))).toMatchObject(bad);
    expect(await call((res) => res.header('Content-Length', 5).text('hello you'))).toMatchObject({ text: 'hello you' });
  });

  test('a stream longer than its Content-Length never runs into the next answer', async () => {
    const { sendRaw, logged } = await startApp((router) => {
      router.get('/x', (_req, res) => res.header('Content-Length', 2).stream(['HTTP/1.1 200 smuggled']));
    });
    const request = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n';
    const received = await sendRaw(request + request);
    expect(received).not.toContain('smuggled');
    expect(logged.join()).toContain('broke off');
  });
});

describe('redirects that lead nowhere', () => {
  const wrong = { status: 500, code: 'T4_REDIRECT_INVALID' };
  test('are refused', async () => {
    for (const url of [undefined, null, '', 5, {}, Symbol('x')]) {
      expect(await call((res) => res.redirect(url))).toMatchObject(wrong);
    }
    for (const code of [200, 201, 304, 306, 404, '302', null]) {
      expect(await call((res) => res.redirect('/a', code))).toMatchObject(wrong);
    }
  });

  test('while a URL is an address', async () => {
    const { fetch } = await startApp((router) => {
      router.get('/x', (_req, res) => res.redirect(new URL('https://example.org/ä'), 308));
    });
    const response = await fetch('/x');
    expect([response.status, response.headers.get('location')]).toEqual([308, 'https://example.org/%C3%A4']);
  });
});

describe('cookies', () => {
  async function setCookie(set: (res: Answer) => Answer): Promise<string | null | number> {
    const { fetch } = await startApp((router) => {
      router.get('/x', (_req, res) => set(res).json({}));
    });
    const response = await fetch('/x');
    return response.status === 200 ? response.headers.get('set-cookie') : response.status;
  }

  test('options and a maxAge that are null are not given', async () => {
    expect(await setCookie((res) => res.cookie('n', 'v', { maxAge: null }))).toBe('n=v; Path=/');
    expect(await setCookie((res) => res.cookie('n', 'v', null))).toBe('n=v; Path=/');
  });

  test('a maxAge of more than 400 days in seconds is read as milliseconds', async () => {
    expect(await setCookie((res) => res.cookie('n', 'v', { maxAge: 86_400_000 }))).toBe('n=v; Max-Age=86400; Path=/');
    expect(await setCookie((res) => res.cookie('n', 'v', { maxAge: 34_560_000 }))).toContain('Max-Age=34560000;');
  });

  test('a name that makes a promise which the cookie breaks is refused', async () => {
    for (const options of [{}, { secure: true, domain: 'a.org' }, { secure: true, path: '/x' }, { path: '/' }]) {
      expect(await setCookie((res) => res.cookie('__Host-a', 'v', options))).toBe(500);
    }
    expect(await setCookie((res) => res.cookie('__secure-a', 'v'))).toBe(500);
    expect(await setCookie((res) => res.cookie('__Host-a', 'v', { secure: true }))).toBe('__Host-a=v; Path=/; Secure');
    expect(await setCookie((res) => res.cookie('__Secure-a', 'v', { secure: true, domain: 'a.org' }))).toContain(
      'a.org',
    );
    expect(await setCookie((res) => res.clearCookie('__Host-a', { secure: true }))).toContain('Max-Age=0');
  });

  test('names and values that cannot become text are a 500', async () => {
    expect(await call((res) => res.cookie(Symbol('n'), 'v').json({}))).toMatchObject({ code: 'T4_COOKIE_INVALID' });
    expect(await call((res) => res.cookie('n', Object.create(null)).json({}))).toMatchObject({
      code: 'T4_COOKIE_INVALID',
    });
    expect(await call((res) => res.cookie('n', 'v', { maxAge: 'soon' }).json({}))).toMatchObject({
      code: 'T4_COOKIE_INVALID',
    });
  });
});
