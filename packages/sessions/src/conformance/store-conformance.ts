import { basics } from './basics.js';
import { concurrency } from './concurrency.js';
import { expiry } from './expiry.js';
import { faults } from './faults.js';
import { leases } from './leases.js';
import { type StoreCapability, type StoreCase, type StoreConformanceOptions, StoreFixture } from './store-case.js';
import { values } from './values.js';

/** Every case that a store has to pass, in the order they run. */
export const storeCases: readonly StoreCase[] = [
  ...basics,
  ...values,
  ...expiry,
  ...concurrency,
  ...leases.map((one): StoreCase => ({ ...one, needs: ['leases'] })),
  ...faults,
];

/**
 * Registers the suite that every session store passes, with the `test` function of any runner. A capability that the store lacks
 * is named in `lacks` with its reason; throws at once when `damage` or `interrupt` is missing without one.
 */
export function storeConformance(options: StoreConformanceOptions): void {
  requireHook(options, 'damage', options.damage);
  requireHook(options, 'outage', options.interrupt);
  for (const storeCase of storeCases) {
    const title = `${storeCase.name} [${storeCase.id}]`;
    const reason = storeCase.needs?.map((need) => options.lacks?.[need]).find((found) => found !== undefined);
    if (reason === undefined) options.test(title, () => runStoreCase(storeCase, options));
    else options.skip?.(title, reason);
  }
}

/** Runs one case by itself. */
export async function runStoreCase(storeCase: StoreCase, options: StoreConformanceOptions): Promise<void> {
  const fixture = new StoreFixture(options);
  try {
    await storeCase.run(fixture);
  } finally {
    await fixture.close();
  }
}

function requireHook(options: StoreConformanceOptions, capability: StoreCapability, hook: unknown): void {
  if (hook !== undefined || options.lacks?.[capability]) return;
  const name = capability === 'outage' ? 'interrupt' : capability;
  throw new TypeError(`The suite needs "${name}", or the reason why there is none in lacks.${capability}.`);
}
