import { clockWarnings } from '../clock-warning.js';
import { openStore } from '../open-store.js';
import type { StoreSettings } from '../session-options.js';

/** The key of no session: no digest consists of zeros only. */
const NO_KEY = '0'.repeat(64);

/**
 * Opens the store that the settings name, asks it once, and tells what may lose sessions there, one sentence each. Rejects with
 * T4_DRIVER_MISSING where its driver is not installed, T4_STORE_UNAVAILABLE where it does not answer. For `tina4 doctor`.
 */
export async function checkStore(settings: StoreSettings): Promise<readonly string[]> {
  const store = await openStore(settings);
  try {
    await store.read(NO_KEY);
  } finally {
    await store.close();
  }
  switch (settings.backend) {
    case 'memory':
      return ['Sessions in memory end with the server process. Use another store where that matters.'];
    case 'redis':
    case 'valkey':
      return (await import('../stores/redis/redis-durability.js')).redisWarnings(settings);
    case 'mongodb':
      return clockWarnings(
        'mongodb',
        await (await import('../stores/mongodb/mongodb-server-time.js')).readMongodbClock(settings),
      );
    case 'database': {
      const clock = await (await import('../stores/sql/sql-clock.js')).readSqlClock(settings);
      return clock === undefined ? [] : clockWarnings(clock.name, clock.reading);
    }
    default:
      return [];
  }
}
