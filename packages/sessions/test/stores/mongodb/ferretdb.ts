import { findMongodbProgram } from '../../../../../test/services/mongodb.js';
import type { SessionStore } from '../../../src/session-store.js';

/** True where the suites of the MongoDB store run on FerretDB, because there is no mongod. */
export const isFerretdb = !process.env.TEST_MONGODB_URL && findMongodbProgram()?.kind === 'FerretDB';

let turn: Promise<unknown> = Promise.resolve();

/**
 * Sends the verbs of all clients one after the other. FerretDB 1.24 reads, decides and writes in separate steps, so that
 * several of the writers that meet may win, which MongoDB rules out: with it, what is shown here is that each command does
 * what it should, and on a mongod that they also do when they meet.
 */
export function oneAtATime(store: SessionStore): SessionStore {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...parameters: unknown[]) => unknown;
      if (name === 'close') return call;
      return (...parameters: unknown[]) => {
        const result = turn.then(() => call(...parameters));
        turn = result.catch(() => undefined);
        return result;
      };
    },
  });
}
