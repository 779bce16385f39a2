import { expect, test } from '@jest/globals';
import { storeConformance } from '../../src/conformance/store-conformance.js';
import { documentedCode, runDocumented } from './documented-store.js';

// Both blocks of the page run as one file, as a reader would paste them: its test() calls are this file's tests.
runDocumented(documentedCode().join('\n'), {
  'node:test': { test },
  '@tina4/sessions/conformance': { storeConformance },
});

test('the page on writing a store has one store and one test, which ran above', () => {
  expect(documentedCode()).toHaveLength(2);
  expect(documentedCode()[1]).toContain('storeConformance({');
});
