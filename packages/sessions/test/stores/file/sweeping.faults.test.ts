/** Sweeping beside visitors that come faster than they used to be removed, for as long as it takes to see that it keeps up. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test } from '@jest/globals';
import { Sweeper } from '../../../src/engine/sweeper.js';
import { FileStore } from '../../../src/stores/file/file-store.js';
import { memoryLog } from '../../support/observe.js';

const PER_SECOND = 200;
const SECONDS = 30;
const LIFETIME_MS = 1_000;

async function countFiles(directory: string): Promise<number> {
  return (await readdir(directory, { recursive: true })).filter((name) => name.length > 60).length;
}

test(`${PER_SECOND} new sessions a second with a lifetime of a second grow no folder`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 't4-sweeping-'));
  const store = new FileStore({ directory });
  const { log, lines } = memoryLog();
  const sweeper = new Sweeper({ store, everyMs: 500, lifetimeMs: LIFETIME_MS, now: Date.now, log });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const counts: number[] = [];
  const startedAt = performance.now();
  for (let made = 0; made < PER_SECOND * SECONDS; made += 20) {
    const expiresAt = Date.now() + LIFETIME_MS;
    const creating = Array.from({ length: 20 }, () =>
      store.create(randomBytes(32).toString('hex'), { text: 'x'.repeat(300), expiresAt }),
    );
    await Promise.all(creating);
    if (made % (PER_SECOND * 5) === 0) counts.push(await countFiles(directory));
    const dueIn = startedAt + ((made + 20) / PER_SECOND) * 1_000 - performance.now();
    if (dueIn > 0) await new Promise((resolve) => setTimeout(resolve, dueIn));
  }
  delay.disable();
  const tookSeconds = (performance.now() - startedAt) / 1_000;
  await sweeper.stop();
  await store.close();
  rmSync(directory, { recursive: true });
  const loopDelayMs = { p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 };
  process.stdout.write(`sweeping: ${JSON.stringify({ tookSeconds, counts, loopDelayMs })}\n`);
  expect(lines).toEqual([]);
  // Living for a second, left for another, and what comes during a round: never what ten seconds bring.
  for (const count of counts) expect(count).toBeLessThan(PER_SECOND * 10);
  expect(loopDelayMs.p99).toBeLessThan(100);
});
