/** Code of both editions of the book: what it imports as `@tina4/core` and `@tina4/orm` is the framework that serves it. */
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import * as coreHalf from '@tina4/core';
import * as tina4 from 'tina4-nodejs';
import * as today from '../src/core.js';
import { ServedProject } from './cli/served-project.js';

let project: ServedProject;

const files = {
  'package.json': '{ "type": "module" }',
  'app.ts': "import { startServer } from '@tina4/core';\nstartServer({ port: 0, host: '127.0.0.1' });\n",
  'src/orm/product.ts': "import { BaseModel } from '@tina4/orm';\nexport class Product extends BaseModel {}\n",
  'src/routes/a.ts': `import { cacheGet, cacheSet, Router } from '@tina4/core';
import { cacheGet as cacheGetOfFirst, Router as Same } from 'tina4-nodejs';
import { Product } from '../orm/product';
Router.get('/same', async (req, res) => res.json({ isSame: Router === Same, name: Product.name }));
Router.get('/cache', async (req, res) => {
  const misses = [(await cacheGet('absent')) === undefined, (await cacheGetOfFirst('absent')) === null];
  await cacheSet('nothing', null);
  return res.json({ misses, nothing: [await cacheGet('nothing'), await cacheGetOfFirst('nothing')] });
});
`,
  'tests/Both.ts': `import { Test } from 'tina4-nodejs/test';
import { Router } from '@tina4/core';
Router.get('/from-test', () => 'yes');
export class Both extends Test {
  async testOne() {
    this.assertEqual((await this.testGet('/same')).body.isSame, true);
    this.assertEqual((await this.testGet('/from-test')).status, 200);
  }
}
`,
};

beforeEach(async () => {
  project = await ServedProject.create(files);
  await mkdir(join(project.folder, 'node_modules/@tina4'), { recursive: true });
  // As npm lays them out: the packages behind the framework can be seen by the app, and must not be what its imports get.
  for (const [name, target] of [
    ['tina4-nodejs', join(__dirname, '..')],
    ['@tina4/core', join(__dirname, '../../core')],
    ['typescript', join(__dirname, '../../../node_modules/typescript')],
  ] as const) {
    await symlink(target, join(project.folder, 'node_modules', name), 'dir');
  }
});
afterEach(() => project.remove());

async function expectBothEditions(address: string): Promise<void> {
  expect(await (await fetch(`${address}/same`)).json()).toEqual({ isSame: true, name: 'Product' });
  expect(await (await fetch(`${address}/cache`)).json()).toEqual({ misses: [true, true], nothing: [null, null] });
}

test('under serve', async () => {
  await expectBothEditions(await project.serve());
});

test('after build, in plain node', async () => {
  const { code, output } = await project.start(['build']).ended();
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('Compiled 3') });
  await expectBothEditions(await project.run('dist/app.js'));
});

test('in tests', async () => {
  const { code, output } = await project.start(['test']).ended();
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('1 passed, 0 failed') });
});

test('today’s name has all that the framework has, and all that the HTTP half has', () => {
  const missing = [...Object.keys(tina4), ...Object.keys(coreHalf)].filter((name) => !(name in today));
  expect(missing).toEqual([]);
  expect(today.Router).toBe(tina4.Router);
});
