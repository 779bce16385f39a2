/**
 * A process of its own on the built package, for tests that need several. Arguments: sql, mongodb or redis, the
 * store's settings as JSON, a task, its count, how far its clock is off. Prints `ready` when the store is open, waits for a line on stdin, does the task, prints the result as JSON.
 */

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

const [kind, settingsJson, task, count, clockOffsetMs] = process.argv.slice(2);
const { openSqlStore, openMongodbStore, openRedisStore } = await import(`../../dist/stores/${kind}/${kind}-store.js`);
const store = await (openSqlStore ?? openMongodbStore ?? openRedisStore)({
  ...JSON.parse(settingsJson),
  now: () => Date.now() + Number(clockOffsetMs),
});
const key = createHash('sha256').update('shared').digest('hex');

const tasks = {
  /** The first use of the store: makes the table. */
  async create() {
    const own = createHash('sha256').update(randomBytes(8)).digest('hex');
    return (await store.create(own, { text: 'first', expiresAt: Date.now() + 1e8 })) !== undefined;
  },
  /** Adds `count` times to the number in one session, each time under a lease, as a request does. */
  async add() {
    for (let done = 0; done < Number(count); ) {
      const lease = { owner: randomBytes(16).toString('base64url'), label: 'POST /add', durationMs: 5000 };
      const held = await store.lock(key, lease);
      if (held.outcome === 'busy') await pause(1 + Math.random() * 4);
      if (held.outcome !== 'held') continue;
      const text = String(Number(held.session.text) + 1);
      const write = { text, expiresAt: Date.now() + 1e8 };
      const result = await store.update(key, write, held.session.version, { owner: lease.owner });
      if (result.outcome === 'updated') done += 1;
    }
    return Number(count);
  },
  /** Adds by compare-and-set alone, without a lease. */
  async compareAndSet() {
    for (let done = 0; done < Number(count); ) {
      const seen = await store.read(key);
      const write = { text: String(Number(seen.text) + 1), expiresAt: Date.now() + 1e8 };
      if ((await store.update(key, write, seen.version)).outcome === 'updated') done += 1;
    }
    return Number(count);
  },
};

process.stdout.write('ready\n');
await once(process.stdin, 'data');
try {
  process.stdout.write(`${JSON.stringify(await tasks[task]())}\n`);
} finally {
  await store.close();
  process.stdin.destroy();
}
