import { expect, test } from '@jest/globals';
import { createSessionEngine } from '../../src/engine/engine.js';
import { StoreUnavailableError } from '../../src/errors.js';
import type { SessionEngine } from '../../src/session-types.js';
import { beginRequest, idOfCookie } from '../support/direct-request.js';
import { type Interceptor, intercept } from '../support/intercepted-store.js';
import { SharedBackend } from '../support/shared-backend.js';

/**
 * Every order of two requests on one session, each of which writes, regenerates or destroys, held or shared, while the store
 * loses one reply of the first one or its process dies at one of its store calls.
 */

type Action = 'write' | 'regenerate' | 'destroy';
type Mode = 'exclusive' | 'shared';
type Fault =
  | { readonly kind: 'none' }
  /** The reply of this call is lost; the crash happens before or after this call. */
  | { readonly kind: 'lost reply' | 'crash before' | 'crash after'; readonly call: number };

interface Case {
  readonly order: readonly ('one' | 'two')[];
  readonly one: Action;
  readonly two: Action;
  readonly oneMode: Mode;
  readonly twoMode: Mode;
  readonly fault: Fault;
}

const actions: readonly Action[] = ['write', 'regenerate', 'destroy'];
const modes: readonly Mode[] = ['exclusive', 'shared'];
/** Each request loads at its first turn and commits at its second. */
const orders: readonly Case['order'][] = [
  ['one', 'one', 'two', 'two'],
  ['one', 'two', 'one', 'two'],
  ['one', 'two', 'two', 'one'],
  ['two', 'one', 'one', 'two'],
  ['two', 'one', 'two', 'one'],
  ['two', 'two', 'one', 'one'],
];
const faults: readonly Fault[] = [
  { kind: 'none' },
  ...[1, 2, 3].flatMap((call): Fault[] => [
    { kind: 'lost reply', call },
    { kind: 'crash before', call },
    { kind: 'crash after', call },
  ]),
];

function* allCases(): Generator<Case> {
  for (const order of orders)
    for (const one of actions)
      for (const two of actions)
        for (const oneMode of modes)
          for (const twoMode of modes) for (const fault of faults) yield { order, one, two, oneMode, twoMode, fault };
}

function faulty(fault: Fault): Interceptor {
  let calls = 0;
  let isDead = false;
  const never = () => new Promise<never>(() => {});
  return async (_verb, proceed) => {
    calls += 1;
    if (isDead) return never();
    if (fault.kind === 'none' || calls !== fault.call) return proceed();
    if (fault.kind === 'crash before') {
      isDead = true;
      return never();
    }
    await proceed();
    if (fault.kind === 'lost reply') throw new StoreUnavailableError('connection reset');
    isDead = true;
    return never();
  };
}

interface Ended {
  /** undefined: the process died, nobody got an answer. */
  readonly status: number | undefined;
  readonly setCookie: string | undefined;
}

interface Outcome {
  readonly one: Ended;
  readonly two: Ended;
  /** What a client sees under the first id, and under each id that an answer set. */
  readonly old: Record<string, unknown>;
  readonly oneNew: Record<string, unknown> | undefined;
  readonly twoNew: Record<string, unknown> | undefined;
}

async function run(each: Case): Promise<Outcome> {
  const backend = new SharedBackend();
  // The lease is shorter than the wait, so that the second request outlives a dead first one.
  const options = { sweepEveryMs: 0, leaseMs: 100, lockHoldMs: 1, lockWaitMs: 5_000, timeoutMs: 5_000 };
  const healthy = createSessionEngine({ ...options, store: backend.connect() });
  const suffering = createSessionEngine({
    ...options,
    timeoutMs: 150,
    store: intercept(backend.connect(), faulty(each.fault)),
  });
  const id = await firstVisit(healthy);
  const walk = (name: 'one' | 'two') => {
    const request = beginRequest(name === 'one' ? suffering : healthy, 'POST', [id], each[`${name}Mode`]);
    let isLoaded: Promise<boolean> | undefined;
    let ended: Promise<Ended> | undefined;
    return {
      step: () => {
        if (isLoaded === undefined) {
          isLoaded = request.load().then(
            () => true,
            () => false,
          );
          return;
        }
        ended = isLoaded.then((mayRun) => (mayRun ? act(request, each[name], name) : refused()));
      },
      get ended() {
        return ended ?? Promise.resolve(refused());
      },
    };
  };
  const requests = { one: walk('one'), two: walk('two') };
  for (const name of each.order) {
    requests[name].step();
    for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  const [one, two] = [await requests.one.ended, await requests.two.ended];
  const isDead = each.fault.kind.startsWith('crash') && (one.status === 503 || one.status === undefined);
  return {
    one: isDead ? { status: undefined, setCookie: undefined } : one,
    two,
    old: (await look(healthy, id)) ?? {},
    oneNew: isDead ? undefined : await look(healthy, idOfCookie(one.setCookie)),
    twoNew: await look(healthy, idOfCookie(two.setCookie)),
  };
}

function refused(): Ended {
  return { status: 503, setCookie: undefined };
}

async function firstVisit(engine: SessionEngine): Promise<string> {
  const visit = beginRequest(engine, 'POST', []);
  await visit.load();
  visit.session.data.base = 1;
  await visit.commit();
  return idOfCookie(visit.session.setCookie) as string;
}

async function act(request: ReturnType<typeof beginRequest>, action: Action, name: string): Promise<Ended> {
  const { session } = request;
  try {
    if (action === 'destroy') session.data.destroy();
    else {
      if (action === 'regenerate') session.regenerate();
      session.data[name] = true;
    }
  } catch {
    // The store was away at load: the handler throws, and the commit stores nothing.
    await request.commit();
    return refused();
  }
  const status = await request.commit();
  return { status, setCookie: session.setCookie };
}

async function look(engine: SessionEngine, id: string | undefined): Promise<Record<string, unknown> | undefined> {
  if (id === undefined) return undefined;
  const request = beginRequest(engine, 'GET', [id], 'shared');
  await request.load();
  return { ...request.session.data };
}

/** What is wrong with an outcome; empty when every promise was kept. */
function broken(each: Case, outcome: Outcome): string[] {
  const problems: string[] = [];
  const check = (isKept: boolean, promise: string) => {
    if (!isKept) problems.push(promise);
  };
  const everywhere = [outcome.old, outcome.oneNew ?? {}, outcome.twoNew ?? {}];
  for (const name of ['one', 'two'] as const) {
    const { status, setCookie } = outcome[name];
    const other = name === 'one' ? 'two' : 'one';
    const isDone = status === 200;
    const wasDestroyed = each[other] === 'destroy' && outcome[other].status === 200;
    const otherDied = outcome[other].status === undefined || outcome[other].status === 503;
    check([200, 409, 503, undefined].includes(status), `${name} is answered 200, 409 or 503`);
    if (!isDone) check(setCookie === undefined, `${name} sets no cookie with an error`);
    if (isDone && each[name] === 'write') {
      const isStored = everywhere.some((data) => data[name] === true);
      // A later login of a process that died after its last step may have taken the write along to an id nobody got.
      check(isStored || wasDestroyed || otherDied, `the write of ${name} that was answered 200 is stored`);
    }
    if (isDone && each[name] === 'regenerate') {
      const fresh = name === 'one' ? outcome.oneNew : outcome.twoNew;
      check(fresh?.[name] === true, `${name} is logged in under its new id`);
    }
    if (isDone && each[name] !== 'write') check(outcome.old.base === undefined, `the old id is dead after ${name}`);
  }
  const heirs = [outcome.old, outcome.oneNew, outcome.twoNew].filter((data) => data?.base === 1);
  const logins = (['one', 'two'] as const).filter(
    (name) => each[name] === 'regenerate' && outcome[name].status === 200,
  );
  if (logins.length === 2) {
    // The second came with the old id after the first had got its new one: what was there before, and none of the other's.
    check(outcome.oneNew?.base === 1 && outcome.twoNew?.base === 1, 'either login has what was there before');
    check(outcome.oneNew?.two === undefined, 'a login has nothing of another login');
    check(outcome.twoNew?.one === undefined, 'a login has nothing of another login');
  } else check(heirs.length <= 1, 'at most one id leads to the original data');
  const mayBeGone = each.one !== 'write' || each.two !== 'write';
  check(mayBeGone || heirs.length === 1, 'the session is still there when nobody ended it');
  return problems;
}

test('every order of write, regenerate and destroy, with every lost reply and crash, keeps every promise', async () => {
  const cases = [...allCases()];
  const failures: unknown[] = [];
  const next = cases[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const each of next) {
      const outcome = await run(each);
      const problems = broken(each, outcome);
      if (problems.length > 0) failures.push({ each, outcome, problems });
    }
  };
  await Promise.all(Array.from({ length: 150 }, work));
  expect(failures).toEqual([]);
  expect(cases).toHaveLength(2_160);
}, 60_000);
