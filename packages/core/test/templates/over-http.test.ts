import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { freshTemplates } from '../../src/templates/fresh-templates.js';
import { Templates } from '../../src/templates/templates.js';
import { closeApps, startApp } from '../running-app.js';
import { folderWith } from './template-text.js';

afterEach(closeApps);

test('a route answers with a template, and a change of the file is in the next answer', async () => {
  const directory = await folderWith({ 'hello.html': 'Hello {{ name }}' });
  const templates = freshTemplates(new Templates({ directory, isDebug: true }));
  const app = await startApp(
    (router) => router.get('/', async (_req, res) => res.html('hello.html', { name: '<Ann>' })),
    { templates },
  );
  const first = await app.fetch('/');
  expect(first.headers.get('content-type')).toMatch(/^text\/html/);
  expect(await first.text()).toBe('Hello &lt;Ann&gt;');
  await writeFile(join(directory, 'hello.html'), 'Good day {{ name }}');
  expect(await (await app.fetch('/')).text()).toBe('Good day &lt;Ann&gt;');
});

test('a missing template is answered with 500, logged with its text, and the app goes on', async () => {
  const templates = new Templates({ directory: await folderWith({ 'a.html': 'a' }), isDebug: false });
  await templates.refresh();
  const app = await startApp(
    (router) => {
      router.get('/', async (_req, res) => res.html('my-page.html', {}));
      router.get('/a', async (_req, res) => res.render('a.html'));
    },
    { templates: freshTemplates(templates) },
  );
  const missing = await app.fetch('/');
  expect(missing.status).toBe(500);
  expect(await missing.text()).not.toContain('my-page.html');
  expect(app.logged.join('\n')).toContain('Template "my-page.html" not found');
  expect(await (await app.fetch('/a')).text()).toBe('a');
});

test('the error pages of an app extend its own layout', async () => {
  const templates = new Templates({
    directory: await folderWith({
      'base.html': '<main>{% block body %}{% endblock %}</main>',
      'errors/404.html': '{% extends "base.html" %}{% block body %}{{ status_code }} {{ path }}{% endblock %}',
    }),
    isDebug: false,
  });
  await templates.refresh();
  const app = await startApp(() => undefined, { templates: freshTemplates(templates) });
  const answer = await app.fetch('/no<where', { headers: { accept: 'text/html' } });
  expect([answer.status, await answer.text()]).toEqual([404, expect.stringMatching(/^<main>404 [^<]*<\/main>$/)]);
});

test('templates under pages/ answer the paths of their names, parts of pages and switched off ones do not', async () => {
  const templates = new Templates({
    directory: await folderWith({
      'pages/about.html': 'about us',
      'pages/index.html': 'front',
      'pages/_part.html': 'part',
      'index.html': 'plain index',
    }),
    isDebug: false,
  });
  await templates.refresh();
  const app = await startApp(() => {}, { templates: freshTemplates(templates) });
  expect(await (await app.fetch('/about')).text()).toBe('about us');
  expect(await (await app.fetch('/')).text()).toBe('front');
  expect((await app.fetch('/_part')).status).toBe(404);
  expect((await app.fetch('/about', { method: 'POST' })).status).toBe(404);
  const off = await startApp(() => {}, { templates: freshTemplates(templates), servesPages: false });
  expect((await off.fetch('/about')).status).toBe(404);
  expect(await (await off.fetch('/')).text()).toBe('plain index');
});
