export { engineConformance } from './engine-conformance.js';
export type { EngineConformanceOptions } from './engine-fixture.js';
export type { StoreCapability, StoreConformanceOptions } from './store-case.js';
export { storeConformance } from './store-conformance.js';
