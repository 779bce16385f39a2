import { expect, test } from '@jest/globals';
import { clockWarnings } from '../src/clock-warning.js';
import { checkStore } from '../src/tools/check-store.js';
import { SHARED_STORES } from './stores/shared-stores.js';

test('a clock that is within five seconds of the question and the answer is right', () => {
  const reading = { askedAt: 100_000, answeredAt: 109_000 };
  for (const theirs of [95_000, 100_000, 104_000, 109_000, 114_000]) {
    expect(clockWarnings('redis', { ...reading, theirs })).toEqual([]);
  }
  expect(clockWarnings('redis', { ...reading, theirs: 94_000 })).toEqual([
    expect.stringContaining("This machine's clock is 6 s ahead of that of the redis server."),
  ]);
  expect(clockWarnings('redis', { ...reading, theirs: 116_000 })).toEqual([
    expect.stringContaining("This machine's clock is 7 s behind that of the redis server."),
  ]);
});

const HOUR_MS = 3_600_000;

for (const { name, describe } of SHARED_STORES) {
  if (!['redis', 'valkey', 'cluster', 'mongodb', 'postgres', 'mysql', 'mssql'].includes(name)) continue;
  describe((open) => {
    test('a web server whose clock is an hour off is told so by the check of its store, and one that is right is not', async () => {
      const place = await open();
      try {
        const aboutClocks = async (offsetMs: number) => {
          const warnings = await checkStore({ ...place.settings, now: () => Date.now() + offsetMs });
          return warnings.filter((warning) => warning.includes('clock'));
        };
        expect(await aboutClocks(0)).toEqual([]);
        expect(await aboutClocks(HOUR_MS)).toEqual([expect.stringMatching(/clock is 3[56]\d\d s ahead of/)]);
        expect(await aboutClocks(-HOUR_MS)).toEqual([expect.stringMatching(/clock is 3[56]\d\d s behind/)]);
      } finally {
        await place.stop();
      }
    }, 60_000);
  });
}
