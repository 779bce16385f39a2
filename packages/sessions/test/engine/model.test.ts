import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSessionEngine } from '../../src/engine/engine.js';
import { beginRequest, type DirectRequest, idOfCookie } from '../support/direct-request.js';
import { SharedBackend } from '../support/shared-backend.js';

/**
 * Random interleavings of requests over two engines on one store, each step compared with a sequential model of what the
 * documentation promises. Requests are shared ones (lock=off), so that any number can be under way at once.
 */

type Data = Record<string, number>;

/** What the model knows of one session id. */
type ModelSession =
  | { kind: 'live'; data: Data }
  /** `before`: what it was when it got its new id. `isReadable`: a grace was given. */
  | { kind: 'replaced'; before: Data; isReadable: boolean }
  | { kind: 'destroyed' };

interface ModelRequest {
  readonly real: DirectRequest;
  readonly isUnsafe: boolean;
  /** The id it loaded, and what stood there. */
  id: string | undefined;
  loaded: ModelSession | undefined;
  base: Data;
  data: Data;
  action: 'none' | 'regenerate' | 'destroy';
  hasGrace: boolean;
}

type Step =
  | { readonly do: 'open'; readonly engine: number; readonly cookie: number; readonly isUnsafe: boolean }
  | {
      readonly do: 'set';
      readonly request: number;
      readonly key: string;
      readonly value: number;
      readonly inPlace: boolean;
    }
  | { readonly do: 'delete'; readonly request: number; readonly key: string }
  | { readonly do: 'regenerate'; readonly request: number; readonly hasGrace: boolean }
  | { readonly do: 'destroy'; readonly request: number }
  | { readonly do: 'commit'; readonly request: number }
  | { readonly do: 'expire' };

const key = fc.constantFrom('a', 'a', 'b', 'c');
const request = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      engine: fc.nat(1),
      cookie: fc.nat(2),
      isUnsafe: fc.boolean(),
    }),
  },
  {
    weight: 20,
    arbitrary: fc.record({ do: fc.constant('set' as const), request, key, value: fc.nat(3), inPlace: fc.boolean() }),
  },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('delete' as const), request, key }) },
  { weight: 20, arbitrary: fc.record({ do: fc.constant('commit' as const), request }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('destroy' as const), request }) },
  { weight: 7, arbitrary: fc.record({ do: fc.constant('regenerate' as const), request, hasGrace: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
);

class World {
  time = 1_700_000_000_000;
  readonly model = new Map<string, ModelSession>();
  readonly ids: string[] = [];
  readonly open: ModelRequest[] = [];
  readonly #engines;

  constructor() {
    const now = () => this.time;
    const backend = new SharedBackend(now);
    const options = { now, lock: 'off' as const, sweepEveryMs: 0 };
    this.#engines = [0, 1].map(() => createSessionEngine({ ...options, store: backend.connect() }));
  }

  async take(each: Step): Promise<void> {
    if (each.do === 'expire') {
      this.time += 3_600_000;
      this.model.clear();
    } else if (each.do === 'open') await this.#begin(each.engine, this.ids[each.cookie], each.isUnsafe);
    else {
      const target = this.open[each.request];
      if (target === undefined) return;
      if (each.do === 'commit') await this.commit(target);
      else this.#change(target, each);
    }
  }

  async commit(target: ModelRequest): Promise<void> {
    this.open.splice(this.open.indexOf(target), 1);
    const expected = this.#expect(target);
    const status = await target.real.commit();
    const id = idOfCookie(target.real.session.setCookie);
    expect({ status, hasNewId: id !== undefined }).toEqual({
      status: expected.status,
      hasNewId: expected.created !== undefined,
    });
    if (id === undefined || expected.created === undefined) return;
    expect(this.ids).not.toContain(id);
    this.ids.push(id);
    this.model.set(id, { kind: 'live', data: expected.created });
  }

  /** What a client with each id sees now is what the model says. */
  async compare(): Promise<void> {
    for (const id of this.ids) {
      const seen = await this.#begin(0, id, false);
      this.open.pop();
      const known = this.model.get(id);
      const values = Object.entries(seen.real.session.data).map(([name, value]) => [name, value.n]);
      expect(Object.fromEntries(values)).toEqual(visible(known, false));
    }
  }

  async #begin(engine: number, id: string | undefined, isUnsafe: boolean): Promise<ModelRequest> {
    const real = beginRequest(this.#engines[engine] as never, isUnsafe ? 'POST' : 'GET', id === undefined ? [] : [id]);
    await real.load();
    const loaded = id === undefined ? undefined : this.model.get(id);
    const base = visible(loaded, isUnsafe);
    const data = { ...base };
    const begun: ModelRequest = { real, isUnsafe, id, loaded, base, data, action: 'none', hasGrace: false };
    this.open.push(begun);
    return begun;
  }

  #change(target: ModelRequest, each: Exclude<Step, { do: 'open' | 'expire' | 'commit' }>): void {
    const { data } = target.real.session;
    if (each.do === 'set') {
      // Nested values count like any other, also when they are changed where they stand.
      if (each.inPlace && data[each.key] !== undefined) data[each.key].n = each.value;
      else data[each.key] = { n: each.value };
      target.data[each.key] = each.value;
    } else if (each.do === 'delete') {
      delete data[each.key];
      delete target.data[each.key];
    } else if (each.do === 'destroy') {
      data.destroy();
      target.data = {};
      target.action = 'destroy';
    } else if (target.action === 'none') {
      target.real.session.regenerate({ graceSeconds: each.hasGrace ? 10 : 0 });
      target.action = 'regenerate';
      target.hasGrace = each.hasGrace;
      const { loaded } = target;
      if (loaded?.kind === 'live') return;
      // Where the session had ended, the request has one of its own from here on; of one that got a new id, what was before.
      if (loaded?.kind === 'replaced' && !isReadable(loaded, target.isUnsafe)) {
        target.data = { ...loaded.before, ...target.data };
      }
      target.loaded = undefined;
    }
  }

  /** The rules, in the order of the documentation. Applies them to the model. */
  #expect(target: ModelRequest): { readonly status: number; readonly created?: Data } {
    const { action, base, data, id, isUnsafe, loaded } = target;
    const refused = { status: isUnsafe ? 409 : 200 };
    const isChanged = !isSame(base, data);
    if (loaded === undefined || id === undefined) {
      return isChanged || action === 'regenerate' ? { status: 200, created: data } : { status: 200 };
    }
    if (loaded.kind !== 'live') {
      if (action === 'regenerate') return { status: 200, created: data };
      if (action === 'destroy' && loaded.kind === 'replaced') return refused;
      return isChanged ? refused : { status: 200 };
    }
    const current = this.model.get(id);
    if (action === 'destroy') {
      if (current?.kind === 'replaced') return refused;
      if (current !== undefined) this.model.set(id, { kind: 'destroyed' });
      return Object.keys(data).length > 0 ? { status: 200, created: data } : { status: 200 };
    }
    if (action === 'none' && !isChanged) return { status: 200 };
    if (current?.kind !== 'live') return action === 'regenerate' ? { status: 409 } : refused;
    const merged = mergeByRule(base, data, current.data, isUnsafe);
    if (merged === 'conflict') return { status: 409 };
    if (action === 'none') {
      this.model.set(id, { kind: 'live', data: merged });
      return { status: 200 };
    }
    this.model.set(id, { kind: 'replaced', before: current.data, isReadable: target.hasGrace });
    return { status: 200, created: merged };
  }
}

function isReadable(session: ModelSession | undefined, isUnsafe: boolean): boolean {
  return session?.kind === 'replaced' && session.isReadable && !isUnsafe;
}

/** What a request sees of a session when it comes. */
function visible(session: ModelSession | undefined, isUnsafe: boolean): Data {
  if (session?.kind === 'live') return session.data;
  return session?.kind === 'replaced' && isReadable(session, isUnsafe) ? session.before : {};
}

function mergeByRule(base: Data, ours: Data, theirs: Data, isUnsafe: boolean): Data | 'conflict' {
  const merged: Data = { ...theirs };
  for (const name of ['a', 'b', 'c']) {
    const [was, mine, now] = [base[name], ours[name], theirs[name]];
    if (was === mine || mine === now) continue;
    const isContested = was !== now;
    if (isContested && isUnsafe) return 'conflict';
    if (mine !== undefined) merged[name] = mine;
    else if (!isContested) delete merged[name];
  }
  return merged;
}

function isSame(one: Data, other: Data): boolean {
  return ['a', 'b', 'c'].every((name) => one[name] === other[name]);
}

test('any interleaving of requests over two engines ends as the sequential model says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), async (steps) => {
      const world = new World();
      for (const each of steps) await world.take(each);
      for (const target of [...world.open]) await world.commit(target);
      await world.compare();
    }),
    { numRuns: 500 },
  );
});
