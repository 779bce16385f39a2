import { engineCases } from './engine-cases.js';
import { type EngineConformanceOptions, EngineFixture } from './engine-fixture.js';

/** Registers what the session engine promises over a store, with the `test` function of any runner. */
export function engineConformance(options: EngineConformanceOptions): void {
  for (const engineCase of engineCases) {
    options.test(`${engineCase.name} [engine ${engineCase.id}]`, async () => {
      const fixture = new EngineFixture(options);
      try {
        await engineCase.run(fixture);
      } finally {
        await fixture.close();
      }
    });
  }
}
