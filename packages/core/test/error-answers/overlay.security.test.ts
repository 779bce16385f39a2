import { afterEach, expect, test } from '@jest/globals';
import { closeApps, startApp } from '../running-app.js';

afterEach(closeApps);

const asBrowser = { headers: { accept: 'text/html' } };

/** Ms of processor time that `work` takes: other work on the machine does not count. */
async function took(work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

test('the debug page of an error hides secrets in the query and shows the rest', async () => {
  const { fetch } = await startApp(
    (router) => {
      router.get('/boom', () => {
        throw new Error('boom');
      });
    },
    { isDebug: true },
  );
  const page = await (await fetch('/boom?name=Ann&password=hunter2&a=b?token=abc&&flag&api_key=k1', asBrowser)).text();
  expect(page).toContain('/boom?name=Ann&amp;password=••••&amp;a=b?token=abc&amp;&amp;flag&amp;api_key=••••');
  expect(page).toContain('overlay.security.test.ts');
  expect(page).toContain('<mark>');
});

test.each([
  ['question marks', `/boom?${'?'.repeat(15_000)}`],
  ['ampersands', `/boom?${'&'.repeat(14_000)}`],
  ['names without values', `/boom?${'?a&'.repeat(4_600)}`],
])('the debug page of a URL full of %s takes no time', async (_name, url) => {
  const { fetch } = await startApp(
    (router) => {
      router.get('/boom', () => {
        throw new Error('boom');
      });
    },
    { isDebug: true },
  );
  expect(await took(async () => (await fetch(url, asBrowser)).text())).toBeLessThan(250);
});

test.each([
  ['slashes', '/'.repeat(1_000_000)],
  ['places', '/a:1:1'.repeat(200_000)],
  ['parentheses', '(/'.repeat(500_000)],
  ['frames', '\n    at /a:1:'.repeat(80_000)],
])('the debug page of an error whose message is full of %s takes no time', async (_name, text) => {
  const { fetch } = await startApp(
    (router) => {
      router.post('/boom', (req) => {
        throw new Error(req.body);
      });
    },
    { isDebug: true },
  );
  const body = { method: 'POST', body: text, headers: { accept: 'text/html', 'content-type': 'text/plain' } };
  expect(await took(async () => (await fetch('/boom', body)).text())).toBeLessThan(1500);
});

test('the message of an error cannot choose the file whose lines the debug page shows', async () => {
  const { fetch } = await startApp(
    (router) => {
      router.get('/boom', () => {
        throw new Error('bad\n    at read (/etc/passwd:1:1)');
      });
    },
    { isDebug: true },
  );
  const page = await (await fetch('/boom', asBrowser)).text();
  expect(page).not.toContain('root:');
  expect(page).toContain('overlay.security.test.ts');
});
