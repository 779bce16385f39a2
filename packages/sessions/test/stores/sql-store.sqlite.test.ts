import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSqlStore } from './sql-cases.js';

describeSqlStore('sqlite', async () => {
  const projectDir = await mkdtemp(join(tmpdir(), 'tina4-sqlite-'));
  return {
    settings: { backend: 'database', databaseUrl: 'sqlite:///data/app.db', projectDir },
    stop: () => rm(projectDir, { recursive: true }),
  };
});
