import type { ClockReading } from '../../clock-warning.js';
import type { StoreSettings } from '../../session-options.js';
import { askMongodbTime, connectMongodb } from './mongodb-connection.js';
import { unavailable } from './mongodb-failure.js';

/** The time by the server that `settings` name. Rejects with T4_STORE_UNAVAILABLE where it does not answer. */
export async function readMongodbClock(settings: StoreSettings): Promise<ClockReading> {
  const { client } = await connectMongodb(settings);
  const now = settings.now ?? Date.now;
  try {
    // The first command makes the connection, which may take its time.
    await askMongodbTime(client);
    const askedAt = now();
    const theirs = await askMongodbTime(client);
    return { theirs, askedAt, answeredAt: now() };
  } catch (error) {
    throw unavailable(error, 'hello', true);
  } finally {
    await client.close();
  }
}
