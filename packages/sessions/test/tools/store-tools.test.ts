import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from '@jest/globals';
import { describeService } from '../../../../test/services/describe-service.js';
import { openStore } from '../../src/open-store.js';
import { describeStoreTools } from './store-tools-cases.js';

/** These cases are not about deadlines, and the machine may be busy with other suites. */
const TIMEOUT_MS = 15_000;

const folders: string[] = [];
const freshFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'tina4-tools-'));
  folders.push(folder);
  return folder;
};
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

describe('files', () => {
  describeStoreTools(async () => openStore({ backend: 'file', path: join(await freshFolder(), 'sessions') }));
});

describe('sqlite', () => {
  describeStoreTools(async () =>
    openStore({
      backend: 'database',
      databaseUrl: 'sqlite:///app.db',
      projectDir: await freshFolder(),
      timeoutMs: TIMEOUT_MS,
    }),
  );
});

let prefixes = 0;
describeService('redis', (service) => {
  describeStoreTools(() =>
    openStore({
      backend: 'redis',
      url: service.url,
      prefix: `${service.namespace}:${prefixes++}:`,
      timeoutMs: TIMEOUT_MS,
    }),
  );
});

let databases = 0;
describeService('mongodb', (service) => {
  describeStoreTools(() =>
    openStore({
      backend: 'mongodb',
      url: service.url,
      database: `${service.namespace}${databases++}`,
      timeoutMs: TIMEOUT_MS,
    }),
  );
});
