import { randomBytes } from 'node:crypto';
import { attachOrCreate, drop } from 'node-firebird';
import { describeService } from '../../../../test/services/describe-service.js';
import { parseDatabaseUrl } from '../../src/stores/sql-url.js';
import { describeSqlStore, type TestDatabase } from './sql-cases.js';
import { describeSqlConformance } from './sql-conformance.js';

describeService('firebird', (service) => {
  describeSqlStore('firebird', () => makeFirebirdDatabase(service.url));
  describeSqlConformance(
    () => makeFirebirdDatabase(service.url),
    () => service.url,
  );
});

/** A database file of its own beside the one that `url` names. */
async function makeFirebirdDatabase(url: string): Promise<TestDatabase> {
  const databaseUrl = url.replace(/[^/]+$/, `t4test${randomBytes(6).toString('hex')}.fdb`);
  const settings = { backend: 'database', databaseUrl, timeoutMs: 5000 } as const;
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
