import { randomBytes } from 'node:crypto';
import { attachOrCreate, drop } from 'node-firebird';
import { openDatabase } from '../../../src/stores/sql/sql-connection.js';
import { parseDatabaseUrl } from '../../../src/stores/sql/sql-url.js';
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

/** A database file of its own beside the one that `url` names. */
export async function makeFirebirdDatabase(url: string): Promise<TestDatabase> {
  const databaseUrl = url.replace(/[^/]+$/, `t4test${randomBytes(6).toString('hex')}.fdb`);
  // Text travels in pieces of 1 KiB, one round trip each: on a busy machine a megabyte takes its time.
  const settings = { backend: 'database', databaseUrl, timeoutMs: 15_000 } as const;
  const { host, port, username: user, password, database } = parseDatabaseUrl(settings);
  const options = { host, port, user, password, database, pageSize: 16384 } as const;
  await new Promise<void>((resolve, reject) => {
    attachOrCreate(options, (error, connection) => {
      if (error) reject(error);
      else connection.detach(() => resolve());
    });
  });
  return { settings, stop: () => new Promise((resolve) => drop(options, () => resolve())) };
}
