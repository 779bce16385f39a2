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

test('any other body arrives as text, even one that looks like JSON', async () => {
  const { post } = await start();
  expect(await (await post('/echo', '{"a":1}', 'text/plain')).json()).toEqual({ type: 'string', body: '{"a":1}' });
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
