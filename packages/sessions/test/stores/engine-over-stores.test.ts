import { afterAll, test } from '@jest/globals';
import { engineConformance } from '../../src/conformance/engine-conformance.js';
import { createSessionEngine } from '../../src/engine/engine.js';
import { openStore } from '../../src/open-store.js';
import { SHARED_STORES, type TestPlace } from './shared-stores.js';

/** Longer than a request ever needs here: what is shown is that the answer is right, also on a busy machine. */
const TIMEOUT_MS = 10_000;

for (const store of SHARED_STORES) {
  store.describe((open) => {
    // One place for all cases: each of them has sessions of its own, and none looks at those of others.
    let place: Promise<TestPlace> | undefined;
    afterAll(async () => (await place)?.stop());

    engineConformance({
      test: (name, run) => test(name, run, 60_000),
      async createStore({ now }) {
        place ??= open();
        const { settings } = await place;
        return openStore({ ...settings, timeoutMs: TIMEOUT_MS, now });
      },
      createEngine: (options) => createSessionEngine({ timeoutMs: TIMEOUT_MS, ...options }),
    });
  });
}
