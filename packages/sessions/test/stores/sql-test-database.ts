import { randomBytes } from 'node:crypto';
import { openDatabase } from '../../src/stores/sql-connection.js';
import { parseDatabaseUrl } from '../../src/stores/sql-url.js';
import type { TestDatabase } from './sql-cases.js';

/** Makes an empty database beside the one that `url` names, on the same server, and drops it afterwards. */
export async function makeTestDatabase(url: string): Promise<TestDatabase> {
  const name = `t4test${randomBytes(6).toString('hex')}`;
  const databaseUrl = url.replace(/\/[^/?]*(\?|$)/, `/${name}$1`);
  const settings = { backend: 'database', databaseUrl, timeoutMs: 5000 } as const;
  const run = async (statement: string) => {
    const admin = { ...settings, databaseUrl: url };
    const database = await openDatabase(parseDatabaseUrl(admin), admin);
    try {
      await database.raw(statement);
    } finally {
      await database.destroy();
    }
  };
  await run(`create database ${name}`);
  return { settings, stop: () => run(`drop database ${name}`) };
}
