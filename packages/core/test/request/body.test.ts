import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import type { AppOptions, Router } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

const echo = (router: Router): void => {
  router.post('/echo', (req, res) => res.json({ type: typeof req.body, body: req.body }));
};
const start = (options?: AppOptions) => startApp(echo, options);

test('a JSON body arrives parsed, with +json types too', async () => {
  const { post } = await start();
  const body = '{"a":[1,{"b":"ü"}]}';
  expect(await (await post('/echo', body, 'application/json; charset=utf-8')).json()).toEqual({
    type: 'object',
    body: JSON.parse(body),
  });
  expect(await (await post('/echo', body, 'application/merge-patch+json')).json()).toEqual({
    type: 'object',
    body: JSON.parse(body),
  });
});

test('a form arrives as an object of strings, the last of a repeated field counts', async () => {
  const { post } = await start();
  const answer = await post('/echo', 'name=A+B&x=1&x=2&empty=&u=%C3%BC', 'application/x-www-form-urlencoded');
  expect(await answer.json()).toEqual({ type: 'object', body: { name: 'A B', x: '2', empty: '', u: 'ü' } });
});

test.each(['text/plain', 'text/csv', 'application/xml', 'application/soap+xml', 'application/sql; charset=utf-8'])(
  '%s arrives as text, even when it looks like JSON',
  async (type) => {
    const { post } = await start();
    expect(await (await post('/echo', '{"a":1}', type)).json()).toEqual({ type: 'string', body: '{"a":1}' });
  },
);

test.each(['application/octet-stream', 'image/png', 'application/vnd.of-an-app', ''])(
  'a body of type "%s" arrives as the bytes that were sent',
  async (type) => {
    const { fetch } = await startApp((router) => {
      router.post('/hex', (req, res) =>
        res.json([Buffer.isBuffer(req.body), req.body.toString('hex'), req.rawBody === req.body]),
      );
    });
    const body = new Uint8Array([0xff, 0xfe, 0x00, 0x80]);
    const answer = await fetch('/hex', { method: 'POST', body, headers: type === '' ? {} : { 'content-type': type } });
    expect(await answer.json()).toEqual([true, 'fffe0080', true]);
  },
);

test.each<[string, string, number[], unknown]>([
  ['JSON in Latin-1', 'application/json; charset=ISO-8859-1', [0x22, 0xfc, 0x22], 'ü'],
  ['JSON in UTF-8 that says so in quotes', 'application/json; charset="UTF-8"', [0x22, 0xc3, 0xbc, 0x22], 'ü'],
  ['JSON in ASCII', 'application/json;charset=us-ascii', [0x22, 0x61, 0x22], 'a'],
  ['JSON with a byte order mark', 'application/json', [0xef, 0xbb, 0xbf, 0x31], 1],
  ['text in Latin-1', 'text/plain; format=flowed; charset=latin1', [0xfc], 'ü'],
  ['text with a byte order mark', 'text/plain', [0xef, 0xbb, 0xbf, 0x61], 'a'],
  [
    'a form in Latin-1',
    'application/x-www-form-urlencoded; charset=iso-8859-1',
    [0x61, 0x3d, 0xfc, 0x25, 0x46, 0x43],
    { a: 'üü' },
  ],
])('%s is read', async (_name, type, bytes, expected) => {
  const { post } = await start();
  expect(await (await post('/echo', Buffer.from(bytes), type)).json()).toMatchObject({ body: expected });
});

test.each(['application/json; charset=utf-16', 'text/plain; charset=koi8-r', 'text/html; charset=constructor'])(
  '%s is answered with 415 instead of being read as something else',
  async (type) => {
    const { post } = await start();
    const response = await post('/echo', 'x', type);
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([
      415,
      expect.stringMatching(/^Bodies in the charset "[\w-]+" cannot be read\. Send UTF-8, US-ASCII or ISO-8859-1\.$/),
    ]);
  },
);

test('all values of a field can be had, and a name that ends in brackets holds a list', async () => {
  const { post } = await startApp((router) => {
    router.post('/f', (req, res) => res.json([req.body, req.bodyAll('a'), req.bodyAll('tag[]'), req.bodyAll('none')]));
  });
  const answer = await post('/f', 'a=1&a=2&tag[]=x&one[]=z&tag%5B%5D=y', 'application/x-www-form-urlencoded');
  expect(await answer.json()).toEqual([{ a: '2', 'tag[]': ['x', 'y'], 'one[]': ['z'] }, ['1', '2'], ['x', 'y'], []]);
  expect(await (await post('/f', '{"a":1}', 'application/json')).json()).toEqual([{ a: 1 }, [], [], []]);
});

test('a form of more fields than the limit is answered with 413 that names the limit, one of as many is read', async () => {
  const { post } = await start();
  const form = (count: number): string => Array.from({ length: count }, (_, index) => `f${index}=1`).join('&');
  const refused = await post('/echo', form(1001), 'application/x-www-form-urlencoded');
  expect([refused.status, await refused.json()]).toEqual([413, expect.objectContaining({ max_fields: 1000 })]);
  const { body } = (await (await post('/echo', form(1000), 'application/x-www-form-urlencoded')).json()) as {
    body: object;
  };
  expect(Object.keys(body)).toHaveLength(1000);
});

test('JSON of more values than the limit is answered with 413 that names the limit, commas in texts do not count', async () => {
  const { post } = await start({ limits: { maxJsonValues: 10 } });
  const values = (count: number): string => JSON.stringify(Array.from({ length: count }, () => 1));
  const refused = await post('/echo', values(11), 'application/json');
  expect([refused.status, await refused.json()]).toEqual([413, expect.objectContaining({ max_json_values: 10 })]);
  expect((await post('/echo', values(9), 'application/json')).status).toBe(200);
  expect((await post('/echo', JSON.stringify(',[{"\\'.repeat(100)), 'application/json')).status).toBe(200);
});

test.each<[string, AppOptions['limits'], string]>([
  ['JSON', { maxJsonBytes: 10 }, 'application/json'],
  ['forms', { maxFormBytes: 10 }, 'application/x-www-form-urlencoded'],
  ['everything that has no limit of its own', { maxBodyBytes: 10 }, 'application/json'],
])('the limit of %s is one of its own', async (_name, limits, type) => {
  const { post } = await start({ limits });
  expect((await post('/echo', '"0123456789"', type)).status).toBe(413);
  const isText = limits?.maxBodyBytes === undefined;
  expect((await post('/echo', '"0123456789"', 'text/plain')).status).toBe(isText ? 200 : 413);
});

test('a body that comes one byte at a time is put together, with a length and without', async () => {
  const { port } = await start();
  const text = JSON.stringify({ text: 'ü'.repeat(40_000) });
  const send = async (headers: Record<string, string | number>): Promise<string> => {
    const answer = new Promise<string>((resolve) => {
      const sent = request({
        port,
        path: '/echo',
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
      });
      sent.on('response', async (response) => resolve(Buffer.concat(await response.toArray()).toString()));
      const bytes = Buffer.from(text);
      for (let at = 0; at < 200; at++) sent.write(bytes.subarray(at, at + 1));
      sent.write(bytes.subarray(200, 70_000));
      sent.end(bytes.subarray(70_000));
    });
    return answer;
  };
  const echoed = JSON.stringify({ type: 'object', body: JSON.parse(text) });
  expect((await send({ 'content-length': Buffer.byteLength(text) })) === echoed).toBe(true);
  expect((await send({ 'transfer-encoding': 'chunked' })) === echoed).toBe(true);
});

test('without a body req.body is an empty object, for GET too', async () => {
  const { fetch } = await startApp((router) => void router.any('/b', (req, res) => res.json(req.body)));
  for (const method of ['GET', 'POST', 'DELETE']) expect(await (await fetch('/b', { method })).text()).toBe('{}');
});

test.each([
  ['"text"', 'string'],
  ['17', 'number'],
  ['null', 'object'],
  ['true', 'boolean'],
])('the JSON scalar %s as a body is no error', async (text, type) => {
  const { fetch } = await startApp((router) => {
    router.post('/f', (req, res) => res.json({ type: typeof req.body, field: req.body.language ?? 'none' }));
  });
  const response = await fetch('/f', { method: 'POST', body: text, headers: { 'content-type': 'application/json' } });
  expect(await response.json()).toEqual({ type, field: 'none' });
});

test('malformed JSON answers 400 before the handler', async () => {
  let calls = 0;
  const { post } = await startApp((router) => {
    router.post('/echo', (_req, res) => {
      calls++;
      return res.json(1);
    });
  });
  const response = await post('/echo', '{"a":', 'application/json');
  const answer = '{"error":"Invalid JSON","status":400,"code":"T4_BODY_JSON"}';
  expect([response.status, await response.text(), calls]).toEqual([400, answer, 0]);
});

test('200,000 levels of nesting answer 400, brackets inside strings do not count', async () => {
  const { post } = await start();
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  expect((await post('/echo', deep, 'application/json')).status).toBe(400);
  const flat = JSON.stringify({ text: '[{"\\'.repeat(5000) });
  expect((await post('/echo', flat, 'application/json')).status).toBe(200);
});

test('keys that could reach a prototype pollute nothing in JSON, forms and queries', async () => {
  const { post, fetch } = await startApp((router) => {
    const merge = (value: object): unknown => Object.assign({}, value);
    router.post('/merge', (req, res) =>
      res.json({ merged: merge(req.body), polluted: ({} as { x?: unknown }).x ?? null }),
    );
    router.get('/merge', (req, res) =>
      res.json({ merged: merge(req.query), polluted: ({} as { x?: unknown }).x ?? null }),
    );
  });
  const hostile = [
    '{"__proto__":{"x":1},"a":1}',
    '{"\\u005f_proto__":{"x":1},"a":1}',
    '{"constructor":{"prototype":{"x":1}},"a":1}',
  ];
  for (const body of hostile) {
    const answer = await (await post('/merge', body, 'application/json')).json();
    expect(answer).toEqual({ merged: { a: 1 }, polluted: null });
  }
  const form = (await (await post('/merge', '__proto__=1&a=1', 'application/x-www-form-urlencoded')).json()) as {
    polluted: unknown;
  };
  expect(form.polluted).toBeNull();
  const query = (await (await fetch('/merge?__proto__[x]=1&constructor=1&a=1')).json()) as { polluted: unknown };
  expect(query.polluted).toBeNull();
  expect(({} as { x?: unknown }).x).toBeUndefined();
});

test('a body that says it is too large answers 413 and is not read', async () => {
  const { port } = await start({ limits: { maxBodyBytes: 1000 } });
  // The body is never sent: an answer can only come from the header.
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 99999999\r\n\r\n');
    });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
  });
  expect(answer).toMatch(/^HTTP\/1.1 413 /);
  expect(answer).toContain('{"error":"Payload Too Large","status":413,"code":"T4_BODY_TOO_LARGE","max_bytes":1000}');
  expect(answer).toMatch(/connection: close/i);
});

test('a chunked body that grows over the limit answers 413 while the client still sends', async () => {
  const { port } = await start({ limits: { maxBodyBytes: 100_000 } });
  const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
  const answer = await new Promise<string>((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n');
      for (let count = 0; count < 20; count++) socket.write(chunk);
    });
    socket.on('data', (data) => {
      text += data;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
  expect(answer).toMatch(/^HTTP\/1.1 413 /);
});

test('a client that waits for 100 Continue gets it only when the body is wanted', async () => {
  const { sendRaw } = await start({ limits: { maxBodyBytes: 10 } });
  const head = (length: number): string =>
    `POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: text/plain\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
  expect(await sendRaw(head(5000))).toMatch(/^HTTP\/1.1 413 /);
  expect(await sendRaw(`${head(2)}ok`)).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /);
});

test('an encoded body is refused with 415 instead of being read as text', async () => {
  const { fetch } = await start();
  const response = await fetch('/echo', { method: 'POST', body: 'x', headers: { 'content-encoding': 'gzip' } });
  expect(response.status).toBe(415);
});
