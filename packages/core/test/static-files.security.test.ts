import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { AppOptions } from '../src/index.js';
import { closeApps, type RunningApp, startApp } from './running-app.js';

let folder: string;
let publicFolder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tina4-static-'));
  publicFolder = path.join(folder, 'public');
  await mkdir(path.join(publicFolder, 'docs'), { recursive: true });
  await mkdir(path.join(publicFolder, 'empty'));
  await mkdir(path.join(publicFolder, '.hidden'));
  await mkdir(path.join(folder, 'outside'));
  await writeFile(path.join(publicFolder, 'docs', 'index.html'), 'the docs');
  await writeFile(path.join(publicFolder, '.hidden', 'a.txt'), 'secret');
  await writeFile(path.join(folder, 'outside', 'a.txt'), 'secret');
});
afterEach(async () => {
  await closeApps();
  await rm(folder, { recursive: true, force: true });
});

const start = (options: AppOptions = {}): Promise<RunningApp> =>
  startApp(() => {}, { publicDirectories: [publicFolder], ...options });

async function statuses({ fetch }: RunningApp, ...paths: string[]): Promise<number[]> {
  const answers: number[] = [];
  for (const each of paths) answers.push((await fetch(each)).status);
  return answers;
}

test('symbolic links do not lead out of the public folder, and one line says which', async () => {
  await symlink(path.join(folder, 'outside', 'a.txt'), path.join(publicFolder, 'a.txt'));
  await symlink(path.join(folder, 'outside'), path.join(publicFolder, 'linked'));
  await symlink('..', path.join(publicFolder, 'up'));
  await symlink(publicFolder, path.join(folder, 'outside', 'back'));
  const app = await start();
  expect(await statuses(app, '/a.txt', '/linked/a.txt', '/up/outside/a.txt', '/a.txt')).toEqual([404, 404, 404, 404]);
  const told = app.logged.filter((line) => line.includes('TINA4_PUBLIC_SYMLINKS'));
  expect(told).toHaveLength(3);
  expect(told[0]).toContain(path.join(publicFolder, 'a.txt'));
  expect((await app.fetch('/linked/back/docs/')).status).toBe(200);
});

test('links that stay inside are followed, but not to what is hidden', async () => {
  await symlink('docs', path.join(publicFolder, 'latest'));
  await symlink(path.join('.hidden', 'a.txt'), path.join(publicFolder, 'shown.txt'));
  const app = await start();
  expect(await (await app.fetch('/latest/index.html')).text()).toBe('the docs');
  expect(await statuses(app, '/shown.txt')).toEqual([404]);
});

test('with the setting links may lead anywhere', async () => {
  await symlink(path.join(folder, 'outside'), path.join(publicFolder, 'linked'));
  const app = await start({ followsPublicLinks: true });
  expect(await (await app.fetch('/linked/a.txt')).text()).toBe('secret');
});

test('a public folder that is a link itself is served, also after the link was turned', async () => {
  const link = path.join(folder, 'current');
  await symlink(publicFolder, link);
  const app = await start({ publicDirectories: [link] });
  expect(await statuses(app, '/docs/')).toEqual([200]);
  const next = path.join(folder, 'next');
  await mkdir(next);
  await writeFile(path.join(next, 'new.txt'), 'new');
  await symlink(next, `${link}.new`);
  await rename(`${link}.new`, link);
  expect(await statuses(app, '/docs/', '/new.txt')).toEqual([404, 200]);
});

test('a folder with an index leads to its path with a slash, with the query and on this host', async () => {
  const app = await start();
  const answer = await app.fetch('/docs?a=1&b=//x');
  expect([answer.status, answer.headers.get('location')]).toEqual([301, '/docs/?a=1&b=//x']);
  expect(await (await app.fetch('/docs/')).text()).toBe('the docs');
  expect((await app.fetch('/docs', { method: 'HEAD' })).headers.get('location')).toBe('/docs/');
  expect(await statuses(app, '/empty', '/empty/', '/docs/index.html/', '//docs', '/docs//')).toEqual([
    404, 404, 404, 404, 404,
  ]);
  expect((await app.fetch('/docs', { method: 'POST' })).status).toBe(404);
});

test('the redirect of trailing slashes leaves the folders that are served alone', async () => {
  const app = await start({ redirectsTrailingSlash: true });
  expect(await statuses(app, '/docs', '/docs/', '/none/')).toEqual([301, 200, 301]);
});

test('OPTIONS of a public file says how it can be had, and that of nothing is 404', async () => {
  const app = await start();
  const answer = await app.fetch('/docs/index.html', { method: 'OPTIONS' });
  expect([answer.status, answer.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
  expect((await app.fetch('/nothing', { method: 'OPTIONS' })).status).toBe(404);
  expect((await app.fetch('/a/..%2f', { method: 'OPTIONS' })).status).toBe(400);
});
