import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2 } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createApp, type Router } from '../../src/index.js';
import { closeApps, startApp } from '../running-app.js';

const opened: Server[] = [];
afterEach(closeApps);
afterEach(() => {
  for (const server of opened.splice(0)) server.close();
});

const show = (router: Router): void => {
  router.post('/kept', (req, res) => res.json([req.rawBody?.toString() ?? null, req.body])).rawBody();
  router.post('/parsed', (req, res) => res.json([req.rawBody?.toString() ?? null, req.body]));
};
const JSON_TYPE = { 'content-type': 'application/json' };

test('a route that asks for it gets the bytes of the body beside what they mean, and no other route', async () => {
  const { post, fetch } = await startApp(show);
  const body = '{ "a" : 1.0 }';
  expect(await (await post('/kept', body, 'application/json')).json()).toEqual([body, { a: 1 }]);
  expect(await (await post('/parsed', body, 'application/json')).json()).toEqual([null, { a: 1 }]);
  expect(await (await post('/kept', 'a=%31', 'application/x-www-form-urlencoded')).json()).toEqual([
    'a=%31',
    { a: '1' },
  ]);
  expect(await (await post('/kept', '\ufeffx', 'text/plain')).json()).toEqual(['\ufeffx', 'x']);
  expect(await (await fetch('/kept', { method: 'POST' })).json()).toEqual(['', {}]);
});

test('the signature of a webhook can be checked', async () => {
  const sign = (bytes: Buffer | string): string => createHmac('sha256', 'secret').update(bytes).digest('hex');
  const { fetch } = await startApp((router) => {
    router.post('/hook', (req, res) => res.json(sign(req.rawBody as Buffer) === req.header('x-signature'))).rawBody();
  });
  const body = '{"amount":10.00,"name":"\\u00fc"}';
  const answer = await fetch('/hook', { method: 'POST', body, headers: { ...JSON_TYPE, 'x-signature': sign(body) } });
  expect(await answer.json()).toBe(true);
});

test('a group keeps the bytes for all its routes, and a route of it may say no', async () => {
  const { post } = await startApp((router) => {
    router
      .group('/hooks', (group) => {
        group.post('/a', (req, res) => res.json(req.rawBody?.length ?? null));
        group.post('/b', (req, res) => res.json(req.rawBody?.length ?? null)).rawBody(false);
      })
      .rawBody();
  });
  expect(await (await post('/hooks/a', '[1]', 'application/json')).json()).toBe(3);
  expect(await (await post('/hooks/b', '[1]', 'application/json')).json()).toBeNull();
});

test('the bytes of a multipart body are kept too', async () => {
  const { post } = await startApp(show);
  const body = '--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--XX--\r\n';
  expect(await (await post('/kept', body, 'multipart/form-data; boundary=XX')).json()).toEqual([body, { a: '1' }]);
});

/** An app behind a server of another kind, as a handler of its requests. */
function handler(): (raw: IncomingMessage, rawResponse: never) => Promise<void> {
  const app = createApp();
  show(app.router);
  return (raw, rawResponse) => app.handle(raw, rawResponse);
}

async function portOf(server: Server): Promise<number> {
  opened.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function drain(raw: IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await raw.toArray());
}

test.each<[string, unknown, unknown]>([
  ['parsed', { a: 2 }, [null, { a: 2 }]],
  ['as bytes', Buffer.from('{"a":2}'), ['{"a":2}', { a: 2 }]],
  ['as text', '{"a":2}', ['{"a":2}', { a: 2 }]],
  ['as null', null, [null, {}]],
])('a body that a framework in front read and left %s is taken over', async (_name, left, expected) => {
  const handle = handler();
  const port = await portOf(
    createServer(async (raw, rawResponse) => {
      await drain(raw);
      await handle(Object.assign(raw, { body: left }), rawResponse as never);
    }),
  );
  const answer = await fetch(`http://127.0.0.1:${port}/kept`, { method: 'POST', body: '{"a":1}', headers: JSON_TYPE });
  expect(await answer.json()).toEqual(expected);
});

test('the bytes that a platform keeps beside a parsed body are taken over', async () => {
  const handle = handler();
  const port = await portOf(
    createServer(async (raw, rawResponse) => {
      const rawBody = await drain(raw);
      await handle(Object.assign(raw, { rawBody, body: JSON.parse(rawBody.toString()) }), rawResponse as never);
    }),
  );
  const answer = await fetch(`http://127.0.0.1:${port}/kept`, { method: 'POST', body: '{"a": 1}', headers: JSON_TYPE });
  expect(await answer.json()).toEqual(['{"a": 1}', { a: 1 }]);
});

test('an empty body of a parser in front that did not know the type leaves the body to be read', async () => {
  const handle = handler();
  const port = await portOf(
    createServer((raw, rawResponse) => handle(Object.assign(raw, { body: {} }), rawResponse as never)),
  );
  const form = new FormData();
  form.set('a', '1');
  const answer = await fetch(`http://127.0.0.1:${port}/parsed`, { method: 'POST', body: form });
  expect(await answer.json()).toEqual([null, { a: '1' }]);
});

test('a body that was read in front and left nowhere is answered with 500 instead of being waited for', async () => {
  const handle = handler();
  const port = await portOf(
    createServer(async (raw, rawResponse) => {
      await drain(raw);
      await handle(raw, rawResponse as never);
    }),
  );
  const answer = await fetch(`http://127.0.0.1:${port}/kept`, { method: 'POST', body: '{"a":1}', headers: JSON_TYPE });
  expect(answer.status).toBe(500);
});

test.each([
  ['without a length', {}],
  ['with a length', { 'content-length': '7' }],
])('over HTTP/2 a body %s is read', async (_name, headers) => {
  const port = await portOf(createHttp2(handler() as never));
  const client = connectHttp2(`http://127.0.0.1:${port}`);
  try {
    const stream = client.request({ ':method': 'POST', ':path': '/kept', ...JSON_TYPE, ...headers });
    stream.end('{"a":1}');
    expect(JSON.parse((await stream.toArray()).join(''))).toEqual(['{"a":1}', { a: 1 }]);
    const empty = client.request({ ':method': 'POST', ':path': '/kept', ...JSON_TYPE }, { endStream: true });
    expect(JSON.parse((await empty.toArray()).join(''))).toEqual(['', {}]);
  } finally {
    client.close();
  }
});
