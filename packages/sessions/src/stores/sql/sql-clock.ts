import type { ClockReading } from '../../clock-warning.js';
import { STORE_DEFAULTS, type StoreSettings } from '../../session-options.js';
import { openDatabase } from './sql-connection.js';
import { SQL_DIALECTS } from './sql-dialect.js';
import { unavailable } from './sql-errors.js';
import { parseDatabaseUrl } from './sql-url.js';

/**
 * The time by the database that `settings` name. Undefined for SQLite, whose clock is ours, and for Firebird 3, which tells local
 * time without its zone. Rejects with T4_STORE_UNAVAILABLE where it does not answer.
 */
export async function readSqlClock(
  settings: StoreSettings,
): Promise<{ readonly name: string; readonly reading: ClockReading } | undefined> {
  const target = parseDatabaseUrl(settings);
  const { engine } = target;
  if (engine === 'sqlite' || engine === 'firebird') return undefined;
  const database = await openDatabase(target, settings);
  const now = settings.now ?? Date.now;
  try {
    // The first statement makes the connection, which may take its time.
    await database.raw('select 1').timeout(settings.timeoutMs ?? STORE_DEFAULTS.timeoutMs);
    const askedAt = now();
    const [row] = (await database
      .select(database.raw(`${SQL_DIALECTS[engine].clock} as t4_now`))
      .timeout(settings.timeoutMs ?? STORE_DEFAULTS.timeoutMs)) as unknown as [{ t4_now: number | string }];
    return { name: engine, reading: { theirs: Number(row.t4_now), askedAt, answeredAt: now() } };
  } catch (error) {
    throw unavailable(engine, error, 'read');
  } finally {
    await database.destroy();
  }
}
