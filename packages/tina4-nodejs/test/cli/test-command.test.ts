import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { type Ended, ServedProject } from './served-project.js';

let project: ServedProject;
afterEach(() => project.remove());

function tina4(...args: string[]): Promise<Ended> {
  project.output = '';
  return project.start(['test', ...args]).ended();
}

const routes = `import { Router } from 'tina4-nodejs';
Router.post('/login', async (req, res) => {
  req.session.user = req.body.name;
  return res.json({ user: req.session.user });
});
Router.get('/me', async (req, res) => res.json({ user: req.session.user ?? null, setting: process.env.SETTING ?? null }));
Router.delete('/me', async (req, res) => res.status(204).json(null));
setInterval(() => {}, 1000);
`;

const passing = `import { Test } from 'tina4-nodejs';
import { double } from '../src/double';
export class LoginTest extends Test {
  async testLogin() {
    const login = await this.testPost('/login', { name: 'Ann' });
    this.assertEqual(login.status, 200);
    this.assertEqual(login.body, { user: 'Ann' });
    this.assertContains(String(login.headers['set-cookie']), 'tina4_session=');
    this.assertEqual((await this.testGet('/me')).body.user, 'Ann');
  }
  async testEachTestIsANewVisitor() {
    this.assertNull((await this.testGet('/me')).body.user);
    this.assertEqual((await this.testDelete('/me')).status, 204);
  }
  testDouble() {
    this.assertEqual(double(2), 4);
  }
}
`;
const double = 'export function double(n: number): number { return n * 2; }\n';

test('tina4 test runs the test classes and prints what passed', async () => {
  project = await ServedProject.create({
    'src/routes/a.ts': routes,
    'src/double.ts': double,
    'tests/login.ts': passing,
  });
  const { code, output } = await tina4();
  expect(output.split('\n')).toEqual([
    'Running tests...',
    '',
    '  LoginTest',
    '    [PASS] testLogin',
    '    [PASS] testEachTestIsANewVisitor',
    '    [PASS] testDouble',
    '',
    expect.stringMatching(/^ {2}3 tests, 3 passed, 0 failed \(\d+\.\d\ds\)$/),
    '',
  ]);
  expect(code).toBe(0);
});

test('sessions of tests leave no files behind and need no server that the settings name', async () => {
  project = await ServedProject.create({
    'src/routes/a.ts': routes,
    'src/double.ts': double,
    'tests/login.ts': passing,
    '.env': 'TINA4_SESSION_HANDLER=redis\nTINA4_SESSION_PORT=1\n',
  });
  expect((await tina4()).output).toContain('3 tests, 3 passed');
  const env = 'TINA4_SESSION_HANDLER=file\nTINA4_SESSION_PATH=sessions\n';
  await project.write({ '.env': env });
  expect((await tina4()).output).toContain('3 tests, 3 passed');
  expect((await readdir(project.folder)).sort()).toEqual(['.env', 'secrets', 'src', 'tests']);
});

test('a failed test shows what was expected and where, and ends with 1', async () => {
  project = await ServedProject.create({
    'src/routes/a.ts': routes,
    'tests/fails.ts': `import { Test } from 'tina4-nodejs';
export class FailingTest extends Test {
  testSum() {
    this.assertEqual(1 + 1, 3, 'the sum');
  }
  async testThrows() {
    throw new TypeError('odd');
  }
}
`,
  });
  const { code, output } = await tina4();
  expect(code).toBe(1);
  expect(output).toContain(
    '    [FAIL] testSum\n           the sum: expected 3, got 2\n           at tests/fails.ts:4:',
  );
  expect(output).toContain('    [FAIL] testThrows\n           TypeError: odd\n           at tests/fails.ts:7:');
  expect(output).toContain('  2 tests, 0 passed, 2 failed (');
});

test('hooks run around the tests, teardown also after a failure, and what setupOnce logs in stays logged in', async () => {
  project = await ServedProject.create({
    'src/routes/a.ts': routes,
    'tests/hooks.ts': `import { Test } from 'tina4-nodejs';
export class HookTest extends Test {
  calls: string[] = [];
  async setupOnce() { this.calls.push('setupOnce'); await this.testPost('/login', { name: 'Bob' }); }
  async setup() { this.calls.push('setup'); }
  async teardown() { this.calls.push('teardown'); }
  teardownOnce() { console.log('calls: ' + this.calls.join(' ')); }
  testOne() { this.calls.push('one'); this.assertTrue(false); }
  async testTwo() { this.calls.push('two'); this.assertEqual((await this.testGet('/me')).body.user, 'Bob'); }
}
`,
  });
  const { output } = await tina4();
  expect(output).toContain('calls: setupOnce setup one teardown setup two teardown');
  expect(output).toContain('[FAIL] testOne\n           expected something true, got false');
  expect(output).toContain('[PASS] testTwo');
});

test('every assertion passes what is right and refuses what is wrong', async () => {
  project = await ServedProject.create({
    'src/routes/a.ts': routes,
    'tests/assertions.ts': `import { Test } from 'tina4-nodejs';
export class AssertionTest extends Test {
  testRight() {
    this.assertEqual({ a: [1] }, { a: [1] });
    this.assertNotEqual(1, '1');
    this.assertTrue('yes');
    this.assertFalse(0);
    this.assertNull(undefined);
    this.assertNotNull(0);
    this.assertContains([{ id: 1 }], { id: 1 });
    this.assertContains({ id: 1 }, 'id');
    this.assertThrows(() => { throw new Error('x'); });
  }
  async testAwaitsAsyncFunctions() {
    await this.assertThrows(async () => { throw new Error('x'); });
  }
  testWrong() {
    const wrong = [
      () => this.assertEqual(1, '1'),
      () => this.assertNotEqual([1], [1]),
      () => this.assertTrue(''),
      () => this.assertFalse([]),
      () => this.assertNull(0),
      () => this.assertNotNull(null),
      () => this.assertContains('text', 'other'),
      () => this.assertContains([1], '1'),
      () => this.assertThrows(() => 1),
    ];
    for (const [index, assertion] of wrong.entries()) {
      let isRefused = false;
      try { assertion(); } catch { isRefused = true; }
      if (!isRefused) throw new Error('passed: ' + index);
    }
  }
  async testWrongAsync() {
    let isRefused = false;
    try { await this.assertThrows(async () => 1); } catch { isRefused = true; }
    if (!isRefused) throw new Error('passed');
  }
}
`,
  });
  expect((await tina4()).output).toContain('4 tests, 4 passed, 0 failed');
});

test('--filter, --verbose and a file choose what is run and told', async () => {
  project = await ServedProject.create({
    'src/routes/a.ts': routes,
    'src/double.ts': double,
    'tests/login.ts': passing,
    'tests/more/other.ts':
      "import { Test } from 'tina4-nodejs';\nexport default class OtherTest extends Test { testIt() {} }\n",
  });
  expect((await tina4()).output).toContain('4 tests, 4 passed');
  expect((await tina4('--filter', 'OtherTest')).output).toContain('1 test, 1 passed');
  expect((await tina4('--filter', 'testDouble')).output).toContain('1 test, 1 passed');
  expect((await tina4('tests/login.ts', '--verbose')).output).toMatch(/\[PASS\] testDouble \(\d+ ms\)\n\n {2}3 tests/);
  const none = await tina4('--filter', 'testNothing');
  expect(none.code).toBe(1);
  expect(none.output).toContain('No test matches "testNothing"');
});

test('a test file that cannot be loaded, and a test that hides testGet, fail with a reason', async () => {
  project = await ServedProject.create({
    'src/routes/a.ts': routes,
    'tests/broken.ts': "throw new Error('no luck');\n",
    'tests/hides.ts': "import { Test } from 'tina4-nodejs';\nexport class Hides extends Test { async testGet() {} }\n",
  });
  const { code, output } = await tina4();
  expect(code).toBe(1);
  expect(output).toContain(
    '  tests/broken.ts\n    [FAIL] is loaded\n           Error: no luck\n           at tests/broken.ts:1:',
  );
  expect(output).toContain('T4_TEST_NAME_TAKEN: Hides.testGet');
});

test('.env.test takes the place of .env, and app.ts is run without a server', async () => {
  project = await ServedProject.create({
    'app.ts': "import { Router, Tina4 } from 'tina4-nodejs';\nRouter.get('/app', () => 'app');\nnew Tina4().start();\n",
    'src/routes/a.ts': routes,
    '.env': 'SETTING=development\nTINA4_SESSION_HANDLER=redis\n',
    '.env.test': 'SETTING=test\nTINA4_SESSION_HANDLER=redis\n',
    'tests/env.ts': `import { Test, TestClient } from 'tina4-nodejs/test';
export class EnvTest extends Test {
  async testSetting() {
    this.assertEqual((await this.testGet('/me')).body.setting, 'test');
    this.assertEqual((await new TestClient().get('/app')).text(), 'app');
  }
}
`,
  });
  expect((await tina4()).output).toContain('1 test, 1 passed');
});

test('app.js is run too, and the folders that it names are taken', async () => {
  project = await ServedProject.create({
    'app.js':
      "import { get, startServer } from 'tina4-nodejs';\nget('/app', () => 'app');\nstartServer({ routesDir: 'web/routes' });\n",
    'web/routes/a.js': "import { get } from 'tina4-nodejs';\nget('/a', () => 'a');\n",
    'tests/entry.ts': `import { Test } from 'tina4-nodejs';
export class EntryTest extends Test {
  async testEntryFile() {
    this.assertEqual((await this.testGet('/app')).body, 'app');
    this.assertEqual((await this.testGet('/a')).body, 'a');
  }
}
`,
  });
  expect((await tina4()).output).toContain('1 test, 1 passed');
});

test('a project made by init has a test script, and a generated test passes', async () => {
  project = await ServedProject.create({});
  await project.start(['init', '.']).ended();
  await project.start(['generate', 'test', 'products']).ended();
  const { code, output } = await tina4('tests/run-all.ts');
  expect(output).toContain('  ProductsTest\n    [PASS] testAnUnknownPathIsNotFound\n');
  expect(code).toBe(0);
});

test('a project that cannot start is told as at a start, and ends with 1', async () => {
  project = await ServedProject.create({
    'src/routes/a.ts': routes,
    '.env': 'TINA4_PORT\n',
    'tests/login.ts': passing,
  });
  const settings = await tina4();
  expect(settings.code).toBe(1);
  expect(settings.output).toMatch(/Line 1 of \.env is not NAME=value[^\n]*\n$/);
  await project.write({ '.env': '', 'app.ts': "throw new Error('no luck');\n" });
  const entry = await tina4();
  expect(entry.code).toBe(1);
  expect(entry.output).toMatch(/Error in .*app\.ts\nError: no luck/);
});

test('without tests the command to make one is named', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': routes });
  const { code, output } = await tina4();
  expect(code).toBe(1);
  expect(output).toContain('npx tina4 generate test');
});

test('the example of docs/testing.md passes as the page says', async () => {
  const page = await readFile(join(__dirname, '../../../../docs/testing.md'), 'utf8');
  const [, example = ''] = /^```ts\n(\/\/ tests\/greeting\.ts\n.*?)^```$/ms.exec(page) ?? [];
  const [, printed = ''] = /^```\n(Running tests\.\.\..*?)^```$/ms.exec(page) ?? [];
  project = await ServedProject.create({
    'src/routes/greeting.ts': `import { get, post } from 'tina4-nodejs';
post('/greeting', (req) => { req.session.name = req.body.name; return { text: 'Hello, ' + req.body.name + '!' }; });
get('/greeting', (req) => ({ text: 'Hello again, ' + req.session.name }));
`,
    'tests/greeting.ts': example,
  });
  const withoutTime = (text: string): string => text.replace(/\(\d+\.\d+s\)/, '(time)');
  expect(withoutTime((await tina4()).output)).toBe(withoutTime(printed));
});
