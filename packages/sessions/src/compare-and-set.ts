import type {
  Awaitable,
  BusyResult,
  SessionStore,
  SessionWrite,
  StoredSession,
  UpdateOptions,
} from './session-store.js';

/** Somebody who writes without a pause must not keep another one for ever. */
const MOST_CONFLICTS = 100;

/** The part of a store that the loop needs. */
export type ComparableStore = Pick<SessionStore, 'read' | 'update'>;

/** What to write over the version that was seen, or the result where nothing needs to be written. */
export type Decision<Result> = Overwrite | { readonly result: Result };

/** `write` is called anew for each try, so that an expiry can count from the moment of sending. */
export interface Overwrite {
  readonly version: string;
  write(): SessionWrite;
}

/** The entry that is changed, and what its caller does when it is kept from it. Whatever a method throws ends the loop. */
export interface Entry<Result> {
  readonly key: string;
  /** The lease to write under, if the caller has one. */
  readonly options?: UpdateOptions | undefined;
  /** Another request holds the lease: waits, or gives the result. Undefined: try again. */
  busy(by: BusyResult): Awaitable<Result | undefined>;
  /** There were too many conflicts. */
  giveUp(): Awaitable<Result>;
}

/** What is made of the entry. Whatever a method throws ends the loop. */
export interface Change<Result> {
  /** Decides what becomes of `current`, which somebody else wrote; undefined: there is nothing any more. */
  decide(current: StoredSession | undefined): Awaitable<Decision<Result>>;
  /** Our text stands in the store, by this write or by an earlier one whose reply was lost. */
  stored(version: string, expiresAt: number): Result;
}

/**
 * The one loop that writes over what another request may be writing, too. `first` is the decision on what the caller knows.
 * A store that finds another version is asked what stands there, and `decide` says how to go on. Rejects as the store does.
 */
export async function compareAndSet<Result>(
  store: ComparableStore,
  entry: Entry<Result>,
  change: Change<Result>,
  first: Decision<Result>,
): Promise<Result> {
  const { key, options } = entry;
  let decision = first;
  for (let conflicts = 0; 'write' in decision; ) {
    const write = decision.write();
    const result = await store.update(key, write, decision.version, options);
    if (result.outcome === 'updated') return change.stored(result.version, write.expiresAt);
    if (result.outcome === 'busy') {
      const ending = await entry.busy(result);
      if (ending !== undefined) return ending;
      continue;
    }
    const current = result.outcome === 'gone' ? undefined : (result.current ?? (await store.read(key)));
    if (current?.text === write.text) return change.stored(current.version, current.expiresAt);
    conflicts += 1;
    if (conflicts > MOST_CONFLICTS) return entry.giveUp();
    decision = await change.decide(current);
  }
  return decision.result;
}
