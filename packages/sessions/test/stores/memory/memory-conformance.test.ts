import { test } from '@jest/globals';
import { storeConformance } from '../../../src/conformance/store-conformance.js';
import { MemoryStore } from '../../../src/stores/memory/memory-store.js';

const spaces = new Map<string, MemoryStore>();

storeConformance({
  test,
  // All users of the memory store are one process and one object.
  createStore({ space, now }) {
    const store = spaces.get(space) ?? new MemoryStore({ now });
    spaces.set(space, store);
    return store;
  },
  lacks: {
    leases: 'it belongs to one process, whose queue is enough',
    clients: 'there is one object, with one clock and one end',
    damage: 'it keeps no bytes that could be damaged',
    outage: 'it is never away',
  },
});
