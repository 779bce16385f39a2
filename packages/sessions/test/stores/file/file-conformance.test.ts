import { mkdtempSync, rmSync } from 'node:fs';
import { open, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test } from '@jest/globals';
import { storeConformance } from '../../../src/conformance/store-conformance.js';
import { FileStore } from '../../../src/stores/file/file-store.js';

const root = mkdtempSync(join(tmpdir(), 't4-file-conformance-'));
const folderOf = (space: string) => join(root, space);

afterAll(() => rmSync(root, { recursive: true, force: true }));

storeConformance({
  test,
  createStore: ({ space, now }) => new FileStore({ directory: folderOf(space), now }),
  cleanUp: (space) => rm(folderOf(space), { recursive: true, force: true }),
  async damage(space, key, how) {
    const path = join(folderOf(space), key.slice(0, 2), key);
    if (how === 'cut') return truncate(path, 150);
    const file = await open(path, 'r+');
    await file.write('not a session', 20);
    await file.close();
  },
  // Another file where the folder was: every call fails with ENOTDIR.
  async interrupt(space) {
    const away = `${folderOf(space)}.away`;
    await rename(folderOf(space), away);
    await writeFile(folderOf(space), '');
    return async () => {
      await rm(folderOf(space));
      await rename(away, folderOf(space));
    };
  },
});
