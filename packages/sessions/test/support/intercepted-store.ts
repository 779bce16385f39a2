import type { SessionStore } from '../../src/session-store.js';

/** The calls that a request may cause. */
export type Verb = 'read' | 'lock' | 'renew' | 'unlock' | 'create' | 'update' | 'touch' | 'remove';

/** Decides what becomes of a call: `proceed()` does it. Throwing before it fails the call, throwing after it loses the reply. */
export type Interceptor = (verb: Verb, proceed: () => unknown) => unknown;

/** A store whose calls go through `interceptor`; everything else is the real store. */
export function intercept(store: SessionStore, interceptor: Interceptor): SessionStore {
  const wrap =
    <Arguments extends unknown[], Result>(verb: Verb, call: (...values: Arguments) => Result) =>
    (...values: Arguments): Result =>
      interceptor(verb, () => call(...values)) as Result;
  return {
    name: store.name,
    isShared: store.isShared,
    read: wrap('read', (key) => store.read(key)),
    lock: wrap('lock', (key, lease) => store.lock(key, lease)),
    renew: wrap('renew', (key, lease) => store.renew(key, lease)),
    unlock: wrap('unlock', (key, owner) => store.unlock(key, owner)),
    create: wrap('create', (key, write) => store.create(key, write)),
    update: wrap('update', (key, write, version, options) => store.update(key, write, version, options)),
    touch: wrap('touch', (key, from, to) => store.touch(key, from, to)),
    remove: wrap('remove', (key) => store.remove(key)),
    sweep: (before, limit) => store.sweep(before, limit),
    entries: (cursor, limit) => store.entries(cursor, limit),
    close: () => store.close(),
  };
}

/** A store that writes down which calls came. */
export function recordCalls(store: SessionStore): { readonly store: SessionStore; readonly calls: Verb[] } {
  const calls: Verb[] = [];
  return {
    calls,
    store: intercept(store, (verb, proceed) => {
      calls.push(verb);
      return proceed();
    }),
  };
}
