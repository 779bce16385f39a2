// Over 250 lines: a list of cases, each readable by itself.
import assert from 'node:assert/strict';
import { StoreUnavailableError } from '../errors.js';
import type { Session } from '../session-types.js';
import { type EngineCase, pauseInside, readSession, request, startSession, watchStore } from './engine-fixture.js';

const WRITES = new Set(['create', 'update', 'touch', 'remove']);

/** What the engine promises, over the store under test. */
export const engineCases: readonly EngineCase[] = [
  {
    id: 'T35',
    name: '100 parallel increments by two engines count 100, and every answer says so',
    async run(fixture) {
      const engines = await fixture.openTwo();
      const cookie = await startSession(engines[0], { count: 0 });
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          request(engines[index % 2] ?? engines[0], { cookie }, async (session) => {
            const { count } = session;
            await Promise.resolve();
            session.count = count + 1;
          }),
        ),
      );
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
      assert.deepEqual(await readSession(engines[1], cookie), { count: 100 });
    },
  },
  {
    id: 'T36',
    name: '40 parallel appends to one list are all present',
    async run(fixture) {
      const engines = await fixture.openTwo();
      const cookie = await startSession(engines[0], { items: [] });
      const items = Array.from({ length: 40 }, (_, index) => index);
      await Promise.all(
        items.map((item) => request(engines[item % 2] ?? engines[0], { cookie }, ({ items: list }) => list.push(item))),
      );
      const { items: stored } = await readSession(engines[0], cookie);
      assert.deepEqual(
        [...(stored as number[])].sort((one, other) => one - other),
        items,
      );
    },
  },
  {
    id: 'T32',
    name: 'two shared requests that change different keys keep both',
    async run(fixture) {
      const engine = await fixture.openEngine();
      const cookie = await startSession(engine, { kept: true });
      const slow = await pauseInside(engine, { cookie, mode: 'shared' }, (session) => {
        session.slow = 1;
      });
      await request(engine, { cookie, mode: 'shared' }, (session) => {
        session.fast = 2;
        session.kept = undefined;
        delete session.kept;
      });
      assert.equal((await slow()).status, 200);
      assert.deepEqual(await readSession(engine, cookie), { fast: 2, slow: 1 });
    },
  },
  {
    id: 'T33',
    name: 'two unsafe shared requests that change paths under one key: the later one is told 409 and stores nothing',
    async run(fixture) {
      const engine = await fixture.openEngine();
      const cookie = await startSession(engine, { user: { name: 'a', mail: 'a' } });
      const slow = await pauseInside(engine, { cookie, mode: 'shared' }, (session) => {
        session.user.mail = 'slow';
      });
      await request(engine, { cookie, mode: 'shared' }, (session) => {
        session.user.name = 'fast';
      });
      const { status, code } = await slow();
      assert.deepEqual({ status, code }, { status: 409, code: 'T4_SESSION_CONFLICT' });
      assert.deepEqual(await readSession(engine, cookie), { user: { name: 'fast', mail: 'a' } });
    },
  },
  {
    id: 'T34',
    name: 'two safe requests that change one key: the later value is stored',
    async run(fixture) {
      const engine = await fixture.openEngine();
      const cookie = await startSession(engine, { page: 'start' });
      const slow = await pauseInside(engine, { cookie, method: 'GET', mode: 'shared' }, (session) => {
        session.page = 'slow';
      });
      await request(engine, { cookie, method: 'GET', mode: 'shared' }, (session) => {
        session.page = 'fast';
      });
      assert.equal((await slow()).status, 200);
      assert.deepEqual(await readSession(engine, cookie), { page: 'slow' });
    },
  },
  {
    id: 'T37',
    name: 'a request that only reads beside one that writes stores nothing over it',
    async run(fixture) {
      const engine = await fixture.openEngine();
      const cookie = await startSession(engine, { count: 1 });
      const reader = await pauseInside(engine, { cookie, method: 'GET', mode: 'shared' }, (session) => {
        return session.count;
      });
      await request(engine, { cookie }, (session) => {
        session.count = 2;
      });
      assert.equal((await reader()).result, 1);
      assert.deepEqual(await readSession(engine, cookie), { count: 2 });
    },
  },
  {
    id: 'T38',
    name: 'a slow request that began before destroy() is told 409, sets no cookie and revives nothing',
    async run(fixture) {
      const [engine, other] = await fixture.openTwo();
      const cookie = await startSession(engine, { user: 'ada' });
      const slow = await pauseInside(engine, { cookie, mode: 'shared' }, (session) => {
        session.late = true;
      });
      await request(other, { cookie, mode: 'shared' }, (session) => session.destroy());
      const { status, code, cookie: setCookie } = await slow();
      assert.deepEqual({ status, code, setCookie }, { status: 409, code: 'T4_SESSION_ENDED', setCookie: undefined });
      assert.deepEqual(await readSession(other, cookie), {});
    },
  },
  {
    id: 'T44',
    name: 'after regenerate() the data is under the new id and the old one leads to nothing',
    async run(fixture) {
      const [engine, other] = await fixture.openTwo();
      const old = await startSession(engine, { cart: [1] });
      const { cookie = '' } = await request(engine, { cookie: old }, (session) => {
        session.regenerate();
        session.user = 'ada';
      });
      assert.notEqual(cookie, old);
      assert.deepEqual(await readSession(other, cookie), { cart: [1], user: 'ada' });
      const replay = await request(other, { cookie: old, method: 'GET' }, (session) => ({ ...session }));
      assert.deepEqual(replay, { status: 200, code: undefined, cookie: undefined, result: {} });
    },
  },
  {
    id: 'T76',
    name: 'two and three clicks on Log in each end with a session that has what was there before, and nothing of the others',
    async run(fixture) {
      const engines = await fixture.openTwo();
      for (const clicks of [2, 3]) {
        const old = await startSession(engines[0], { cart: [1, 2, 3] });
        const answers = await Promise.all(
          Array.from({ length: clicks }, (_, click) =>
            request(engines[click % 2] ?? engines[0], { cookie: old }, (session) => {
              session.regenerate();
              session.user = click;
            }),
          ),
        );
        for (const [click, { status, cookie = '' }] of answers.entries()) {
          assert.equal(status, 200);
          assert.deepEqual(await readSession(engines[0], cookie), { cart: [1, 2, 3], user: click });
        }
        assert.deepEqual(await readSession(engines[1], old), {});
      }
    },
  },
  {
    id: 'T77',
    name: 'regenerate({ graceSeconds }) lets the old id read what was there until the grace is over, and write nothing',
    async run(fixture) {
      const [engine, other] = await fixture.openTwo();
      const old = await startSession(engine, { page: 1 });
      const { cookie = '' } = await request(engine, { cookie: old }, (session) => {
        session.regenerate({ graceSeconds: 10 });
        session.page = 2;
      });
      assert.deepEqual(await readSession(other, old), { page: 1 });
      const late = await request(other, { cookie: old }, (session) => {
        session.page = 3;
      });
      assert.deepEqual([late.status, late.cookie], [409, undefined]);
      fixture.stores.time += 10_000;
      assert.deepEqual(await readSession(other, old), {});
      assert.deepEqual(await readSession(other, cookie), { page: 2 });
    },
  },
  {
    id: 'T45',
    name: 'regenerate() twice in one request ends with one new session',
    async run(fixture) {
      const engine = await fixture.openEngine();
      const old = await startSession(engine, { a: 1 });
      const { cookie = '', result } = await request(engine, { cookie: old }, (session) => [
        session.regenerate(),
        session.regenerate(),
      ]);
      assert.ok(cookie.endsWith(String((result as string[])[1])));
      assert.deepEqual(await readSession(engine, cookie), { a: 1 });
      assert.deepEqual(await readSession(engine, cookie.replace(/=.*/, `=${(result as string[])[0]}`)), {});
    },
  },
  {
    id: 'T46',
    name: 'regenerate() before anything was stored gives one session with the data',
    async run(fixture) {
      const engine = await fixture.openEngine();
      const { cookie = '' } = await request(engine, {}, (session) => {
        session.user = 'ada';
        session.regenerate();
      });
      assert.deepEqual(await readSession(engine, cookie), { user: 'ada' });
    },
  },
  {
    id: 'T47',
    name: 'of two shared requests that regenerate at once one gets the session, the other is told 409 without a cookie',
    async run(fixture) {
      const [engine, other] = await fixture.openTwo();
      const old = await startSession(engine, { a: 1 });
      const slow = await pauseInside(engine, { cookie: old, mode: 'shared' }, (session) => {
        session.regenerate();
      });
      const fast = await request(other, { cookie: old, mode: 'shared' }, (session) => session.regenerate());
      const { status, cookie } = await slow();
      assert.deepEqual({ status, cookie }, { status: 409, cookie: undefined });
      assert.deepEqual(await readSession(other, fast.cookie ?? ''), { a: 1 });
    },
  },
  {
    id: 'T49',
    name: 'the absolute lifetime ends a session that is used all the time, also after regenerate()',
    async run(fixture) {
      const engine = await fixture.openEngine({ lifetimeSeconds: 100, absoluteLifetimeSeconds: 250 });
      let cookie = await startSession(engine, { a: 1 });
      for (let round = 0; round < 3; round++) {
        fixture.stores.time += 80_000;
        const answer = await request(engine, { cookie }, (session) => {
          assert.equal(session.a, 1);
          if (round === 1) session.regenerate();
        });
        assert.equal(answer.status, 200);
        cookie = answer.cookie || cookie;
      }
      fixture.stores.time += 20_000;
      assert.deepEqual(await readSession(engine, cookie), {});
    },
  },
  {
    id: 'T50',
    name: 'the session that regenerate() makes expires like any other',
    async run(fixture) {
      const engine = await fixture.openEngine({ lifetimeSeconds: 100 });
      const old = await startSession(engine, { a: 1 });
      const { cookie = '' } = await request(engine, { cookie: old }, (session) => session.regenerate());
      fixture.stores.time += 99_000;
      assert.deepEqual(await readSession(engine, cookie), { a: 1 });
      fixture.stores.time += 101_000;
      assert.deepEqual(await readSession(engine, cookie), {});
    },
  },
  {
    id: 'T69',
    name: 'what an answered request stored is there for the next one, on whichever engine',
    async run(fixture) {
      const engines = await fixture.openTwo();
      const cookie = await startSession(engines[0], { step: 0 });
      for (let step = 1; step <= 6; step++) {
        await request(engines[step % 2] ?? engines[0], { cookie }, (session) => {
          session.step = step;
        });
        assert.deepEqual(await readSession(engines[(step + 1) % 2] ?? engines[0], cookie), { step });
      }
    },
  },
  {
    id: 'T70',
    name: 'after release() what was written is stored, and a later write throws',
    async run(fixture) {
      const engine = await fixture.openEngine();
      const cookie = await startSession(engine, { a: { b: 1 } });
      await request(engine, { cookie }, async (session) => {
        session.a.b = 2;
        await session.release();
        assert.deepEqual(await readSession(engine, cookie), { a: { b: 2 } });
        assert.throws(() => {
          session.a.b = 3;
        }, TypeError);
      });
      assert.deepEqual(await readSession(engine, cookie), { a: { b: 2 } });
    },
  },
  {
    id: 'T78',
    name: 'a helper that was not awaited and writes after the answer was recorded throws, and what it wrote is not stored',
    async run(fixture) {
      const engine = await fixture.openEngine();
      const cookie = await startSession(engine, { list: [1] });
      let kept: Session | undefined;
      await request(engine, { cookie }, (session) => {
        kept = session;
        session.count = 1;
      });
      for (const write of [
        () => {
          (kept as Session).late = 1;
        },
        () => (kept as Session).list.push(2),
        () => (kept as Session).set('late', 1),
        () => (kept as Session).destroy(),
      ]) {
        assert.throws(write);
      }
      assert.deepEqual(await readSession(engine, cookie), { list: [1], count: 1 });
    },
  },
  {
    id: 'T71',
    name: 'what a handler changed is stored although its client hung up',
    async run(fixture) {
      const engine = await fixture.openEngine();
      const cookie = await startSession(engine, { a: 1 });
      await request(engine, { cookie, isAborted: true }, (session) => {
        session.a = 2;
      });
      assert.deepEqual(await readSession(engine, cookie), { a: 2 });
    },
  },
  {
    id: 'T72',
    name: 'a write that cannot be stored is answered 503 without a cookie',
    async run(fixture) {
      const engine = await fixture.openEngine({}, (store) =>
        watchStore(store, (verb) => {
          if (verb === 'create') throw new StoreUnavailableError('The disk of this case is full.');
        }),
      );
      const { status, cookie } = await request(engine, {}, (session) => {
        session.a = 1;
      });
      assert.deepEqual({ status, cookie }, { status: 503, cookie: undefined });
    },
  },
  {
    id: 'T73',
    name: 'a request without a cookie that stores nothing asks the store nothing and sets no cookie',
    async run(fixture) {
      const calls: string[] = [];
      const engine = await fixture.openEngine({}, (store) => watchStore(store, (verb) => calls.push(verb)));
      const { cookie } = await request(engine, { method: 'GET' }, (session) => session.user);
      assert.deepEqual({ cookie, calls }, { cookie: undefined, calls: [] });
    },
  },
  {
    id: 'T74',
    name: 'a request that only reads writes nothing; a tenth of the lifetime later it extends the session once',
    async run(fixture) {
      const calls: string[] = [];
      const engine = await fixture.openEngine({ lifetimeSeconds: 1_000 }, (store) =>
        watchStore(store, (verb) => calls.push(verb)),
      );
      const cookie = await startSession(engine, { a: 1 });
      calls.length = 0;
      fixture.stores.time += 50_000;
      await readSession(engine, cookie);
      const atOnce = calls.filter((verb) => WRITES.has(verb));
      fixture.stores.time += 60_000;
      await readSession(engine, cookie);
      await readSession(engine, cookie);
      assert.deepEqual([atOnce, calls.filter((verb) => WRITES.has(verb))], [[], ['touch']]);
    },
  },
  {
    id: 'T75',
    name: 'what was set before a throw is kept',
    async run(fixture) {
      const engine = await fixture.openEngine();
      const cookie = await startSession(engine, { attempts: 1 });
      const { status } = await request(engine, { cookie }, (session) => {
        session.attempts += 1;
        throw new Error('wrong password');
      });
      assert.equal(status, 500);
      assert.deepEqual(await readSession(engine, cookie), { attempts: 2 });
    },
  },
  {
    id: 'T67',
    name: 'the store never sees an id, neither as a key nor in a text',
    async run(fixture) {
      const seen: string[] = [];
      const engine = await fixture.openEngine({}, (store) =>
        watchStore(store, (_verb, args) => seen.push(JSON.stringify(args))),
      );
      const cookie = await startSession(engine, { a: 1 });
      await readSession(engine, cookie);
      const id = cookie.slice(cookie.indexOf('=') + 1);
      assert.ok(id.length > 40 && seen.length > 0);
      assert.deepEqual(
        seen.filter((text) => text.includes(id)),
        [],
      );
    },
  },
];
