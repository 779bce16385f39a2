import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, test } from '@jest/globals';
import { engineConformance } from '../../src/conformance/engine-conformance.js';
import { FileStore } from '../../src/stores/file/file-store.js';
import { MemoryStore } from '../../src/stores/memory/memory-store.js';

const root = mkdtempSync(join(tmpdir(), 't4-engine-conformance-'));

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('on files', () => {
  engineConformance({ test, createStore: ({ space, now }) => new FileStore({ directory: join(root, space), now }) });
});

describe('in memory', () => {
  const spaces = new Map<string, MemoryStore>();
  engineConformance({
    test,
    createStore({ space, now }) {
      const store = spaces.get(space) ?? new MemoryStore({ now });
      spaces.set(space, store);
      return store;
    },
  });
});
