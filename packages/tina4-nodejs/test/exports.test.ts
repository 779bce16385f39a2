import { expect, test } from '@jest/globals';
import * as core from '@tina4/core';
import * as tina4 from 'tina4-nodejs';
import * as testing from 'tina4-nodejs/test';
import { notBuiltNames } from '../src/not-built.js';

// What is not listed is not public. A name that is added or removed is a decision, made here.
const own = `
  Logger Router Test TestClient Tina4 Tina4Request Tina4Response any defaultRouter del description get
  middleware noAuth noauth patch post put secured startServer
`
  .trim()
  .split(/\s+/);

test('tina4-nodejs exports everything of core, what is not built, and these names', () => {
  const expected = new Set([...Object.keys(core), ...notBuiltNames(), ...own]);
  expect(Object.keys(tina4).sort()).toEqual([...expected].sort());
});

test('Router is the shared table, not the class of core', () => {
  expect(tina4.Router).not.toBe(core.Router);
  expect(tina4.Router.routes).toBe(tina4.defaultRouter.routes);
});

test('tina4-nodejs/test exports these names and no others', () => {
  const inlineTests = ['expectEqual', 'expectFalse', 'expectRaises', 'expectTrue', 'reset', 'runAll', 'tests'];
  expect(Object.keys(testing).sort()).toEqual(['Test', 'TestClient', ...inlineTests, 'runTests'].sort());
});
