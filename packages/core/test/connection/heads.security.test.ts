import { afterEach, expect, test } from '@jest/globals';
import { longestBlock } from '../loop-block.js';
import { closeApps, type RunningApp, startApp } from '../running-app.js';

afterEach(closeApps);

const start = (): Promise<RunningApp> =>
  startApp((router) => {
    router.any('/seen', (req, res) =>
      res.json({
        ip: req.ip,
        last: req.header('x-last') ?? null,
        cookies: Object.keys(req.cookies).length,
        body: req.body,
      }),
    );
  });
const head = (lines: string, method = 'GET'): string => `${method} /seen HTTP/1.1\r\nConnection: close\r\n${lines}\r\n`;
const bodyOf = (answer: string): unknown => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));

test('no header line vanishes, however many stand before it', async () => {
  const { sendRaw } = await start();
  const many = 'a:\r\n'.repeat(5000);
  const answer = await sendRaw(head(`Host: x\r\n${many}X-Forwarded-For: 203.0.113.7\r\nX-Last: yes\r\n`));
  expect(bodyOf(answer)).toMatchObject({ ip: '203.0.113.7', last: 'yes' });
  const post = `Host: x\r\n${many}Content-Type: text/plain\r\nContent-Length: 4\r\n`;
  expect(bodyOf(await sendRaw(`${head(post, 'POST')}text`))).toMatchObject({ body: 'text' });
});

test.each([
  ['one long line', `X-Long: ${'a'.repeat(17_000)}\r\n`],
  ['many short lines', 'a:b\r\n'.repeat(17_000)],
])('a head of more than 16 KiB in %s is answered with 431', async (_name, lines) => {
  const { sendRaw } = await start();
  expect(await sendRaw(head(`Host: x\r\n${lines}`))).toMatch(/^HTTP\/1.1 431 /);
});

test.each([
  ['two Host lines', 'Host: a.example\r\nHost: b.example\r\n'],
  ['two equal Host lines', 'Host: a.example\r\nhOsT: a.example\r\n'],
  ['a Host with a blank', 'Host: a.example b.example\r\n'],
  ['a Host with a tab', 'Host: a.example\tb\r\n'],
  ['a Host with a path', 'Host: a.example/path\r\n'],
  ['a Host with a user', 'Host: user@a.example\r\n'],
  ['a Host with a backslash', 'Host: a.example\\b\r\n'],
  ['a Host with markup', 'Host: a.example"><script>\r\n'],
  ['a Host outside of ASCII', 'Host: b\xfccher.example\r\n'],
  ['a Host with a port that is none', 'Host: a.example:8o\r\n'],
  ['a Host with two ports', 'Host: a.example:80:90\r\n'],
  ['a Host with an open bracket', 'Host: [::1\r\n'],
  ['no Host', ''],
])('a request with %s is answered with 400 before the app sees it', async (_name, lines) => {
  const { sendRaw } = await start();
  expect(await sendRaw(head(lines))).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
});

test.each([
  'a.example',
  'A.EXAMPLE:8080',
  '127.0.0.1:80',
  '[::1]',
  '[2001:db8::1]:443',
  'xn--bcher-kva.example',
  'my_service:80',
  '',
])('a request with the Host "%s" is answered', async (host) => {
  const { sendRaw } = await start();
  expect(await sendRaw(head(`Host: ${host}\r\n`))).toMatch(/^HTTP\/1.1 200 /);
});

/** As much of one thing as a head can hold. */
test.each([
  ['header lines', `/seen`, 'a:\r\n'.repeat(15_000)],
  ['header lines of one name', `/seen`, 'x-forwarded-for:1\r\n'.repeat(900)],
  ['query parameters', `/seen?${'a&'.repeat(7900)}`, ''],
  ['query parameters of pluses', `/seen?${'+'.repeat(15_800)}`, ''],
  ['broken query parameters', `/seen?${'%z&'.repeat(5200)}`, ''],
  ['cookies', '/seen', `Cookie: ${'a=1;'.repeat(3900)}\r\n`],
  ['cookies without a value', '/seen', `Cookie: ${'a;'.repeat(7900)}b=1\r\n`],
  ['cookies of separators', '/seen', `Cookie: ${';'.repeat(15_800)}b=1\r\n`],
  ['broken cookies', '/seen', `Cookie: ${'a%=%z%;'.repeat(2200)}\r\n`],
  ['blanks in a cookie', '/seen', `Cookie: a=${' '.repeat(15_800)}b\r\n`],
  ['parameters of a content type', '/seen', `Content-Type: text/plain${';'.repeat(15_800)}\r\n`],
  ['blanks in a token', '/seen', `Authorization: Bearer ${' '.repeat(15_800)}a b\r\n`],
  ['accepted types', '/seen', `Accept: ${'a/b;q=0,'.repeat(1900)}\r\n`],
  ['accepted codings', '/seen', `Accept-Encoding: ${'a;q=0,'.repeat(2600)}\r\n`],
  ['entity tags', '/seen', `If-None-Match: ${'"a" ,'.repeat(3000)}\r\n`],
  ['hops of proxies', '/seen', `X-Forwarded-For: ${'127.0.0.1,'.repeat(1550)}1\r\n`],
])('a head full of %s does not keep others waiting', async (_name, target, lines) => {
  const { sendRaw } = await startApp((router) => {
    router.post('/seen', (req, res) => {
      const read = [req.query, req.queryAll('a'), req.cookies, req.ip, req.bearerToken(), req.accepts('html', 'json')];
      return res.json({ count: read.length, text: 'x'.repeat(2000) });
    });
  });
  let answer = '';
  const longest = await longestBlock(async () => {
    answer = await sendRaw(
      `POST ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n${lines}\r\nx`,
    );
  });
  expect([answer.slice(0, 12), longest < 250 || longest]).toEqual(['HTTP/1.1 200', true]);
});
