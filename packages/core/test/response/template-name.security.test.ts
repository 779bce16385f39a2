import { afterEach, describe, expect, test } from '@jest/globals';
import { freshTemplates } from '../../src/templates/fresh-templates.js';
import { closeApps, type RunningApp, startApp } from '../running-app.js';
import { templatesWith } from '../templates/template-text.js';

afterEach(closeApps);

async function appWithTemplates(): Promise<RunningApp> {
  const templates = await templatesWith({ 'secret.html': 'SECRET {{ 6 * 7 }}', 'two words.html': 'TWO' });
  return startApp(
    (router) => {
      router.get('/index', async (_req, res) => res.html('secret.html'));
      router.get('/data', async (req, res) => res.html(req.query.text as string, {}));
      router.get('/words', async (_req, res) => res.html('two words.html'));
      router.get('/status', async (_req, res) => res.html('secret.html', 201));
      router.get('/query', async (req, res) => res.html(req.query.text as string));
      router.get('/trimmed', async (req, res) => res.html((req.query.text as string).trim().toLowerCase()));
      router.get('/params/{text}', async (req, res) => res.html(req.params.text as string));
      router.get('/header', async (req, res) => res.html(req.header('x-text') as string));
      router.get('/cookie', async (req, res) => res.html(req.cookies.text as string));
      router.get('/first', async (req, res) => res.html(new URLSearchParams(req.queryString).get('text') as string));
      router.post('/body', async (req, res) => res.html(req.body.deep?.[0]?.text ?? req.body.text)).noAuth();
      router.post('/key', async (req, res) => res.html(Object.keys(req.body)[0] as string)).noAuth();
      router.get('/returned', async () => 'secret.html');
      router.get('/returned-query', async (req) => req.query.text);
    },
    { templates: freshTemplates(templates) },
  );
}

describe('text from a request does not name a template', () => {
  test.each([
    ['query', '/query?text=secret.html'],
    ['query, trimmed by the app', '/trimmed?text=%20SECRET.html%20'],
    ['first of two values', '/first?text=secret.html&text=b'],
    ['route parameter', '/params/secret.html'],
    ['returned query', '/returned-query?text=secret.html'],
    ['returned text', '/returned'],
    ['./ in front', '/query?text=./secret.html'],
  ])('%s', async (_, path) => {
    const app = await appWithTemplates();
    const answer = await app.fetch(path);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringMatching(/^(\.\/)?secret\.html$/)]);
  });

  test('header and cookie', async () => {
    const app = await appWithTemplates();
    const header = await app.fetch('/header', { headers: { 'x-text': 'secret.html' } });
    const cookie = await app.fetch('/cookie', { headers: { cookie: 'text=secret.html' } });
    expect([await header.text(), await cookie.text()]).toEqual(['secret.html', 'secret.html']);
  });

  test.each([
    ['form field', '/body', 'text=secret.html', 'application/x-www-form-urlencoded'],
    ['JSON, deep inside', '/body', '{"deep":[{"text":"secret.html"}]}', 'application/json'],
    ['a key of JSON', '/key', '{"secret.html":1}', 'application/json'],
  ])('%s', async (_, path, body, type) => {
    const app = await appWithTemplates();
    expect(await (await app.post(path, body, type)).text()).toBe('secret.html');
  });
});

describe('a name that the app gives', () => {
  test('renders the template when it stands alone, and with data whatever the client sent', async () => {
    const app = await appWithTemplates();
    expect(await (await app.fetch('/index')).text()).toBe('SECRET 42');
    expect(await (await app.fetch('/data?text=secret.html')).text()).toBe('SECRET 42');
  });

  test('is text when it has white space or comes with a status', async () => {
    const app = await appWithTemplates();
    expect(await (await app.fetch('/words')).text()).toBe('two words.html');
    const status = await app.fetch('/status');
    expect([status.status, await status.text()]).toEqual([201, 'secret.html']);
  });
});
