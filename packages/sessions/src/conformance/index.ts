export type { StoreCapability, StoreConformanceOptions } from './store-case.js';
export { storeConformance } from './store-conformance.js';
