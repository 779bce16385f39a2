import { expect } from '@jest/globals';
import { waitFor } from '../../../../test/services/wait-for.js';
import { createSessionEngine } from '../../src/engine/engine.js';
import type { SessionStore } from '../../src/session-store.js';
import { beginRequest, type DirectRequest, idOfCookie } from '../support/direct-request.js';

/** A store whose server can be made to stand still. */
interface PausableStore {
  readonly store: SessionStore;
  pause(): unknown;
  resume(): unknown;
}

/** Longer than it takes to notice that the server is back, and far shorter than the lease of 15 s. */
const SOON_MS = 3_000;

/**
 * A request asks for its session, its server stands still, the request gives up, and only then the server goes on and grants
 * the lease: the next request must not wait for that lease to end.
 */
export async function expectLateLeaseIsReturned({ store, pause, resume }: PausableStore): Promise<void> {
  const timeoutMs = 1_000;
  const engine = createSessionEngine({ store, timeoutMs, sweepEveryMs: 0 });
  const begin = (ids: readonly string[]) => beginRequest(engine, 'POST', ids);
  const first = begin([]);
  await first.load();
  first.session.data.count = 1;
  expect(await first.commit()).toBe(200);
  const id = idOfCookie(first.session.setCookie) ?? '';

  await pause();
  const late = begin([id]);
  await late.load();
  expect(() => late.session.data).toThrow('T4_SESSION_UNAVAILABLE');
  await late.commit();
  // After the caller's deadline, before the connection gives its server up.
  await new Promise((resolve) => setTimeout(resolve, timeoutMs / 2));
  await resume();

  const resumedAt = performance.now();
  await waitFor('the next request', () => counts(begin([id])), 20_000);
  const tookMs = performance.now() - resumedAt;

  // And once more with a request under way, which holds its lease and cannot give it back.
  const holder = begin([id]);
  await holder.load();
  holder.session.data.count += 1;
  await pause();
  expect(await holder.commit()).toBe(503);
  await new Promise((resolve) => setTimeout(resolve, timeoutMs));
  await resume();
  const returnedAt = performance.now();
  await waitFor('the request after the holder', () => counts(begin([id])), 20_000);
  const holderTookMs = performance.now() - returnedAt;
  await engine.close();
  expect([tookMs, holderTookMs].filter((ms) => ms >= SOON_MS)).toEqual([]);
}

/**
 * A request holds its session when its server stands still, for longer than any connection waits for a reply; it cannot commit, and its
 * lease cannot be given back meanwhile. The next request must not wait for that lease to end.
 */
export async function expectHeldLeaseIsReturned({ store, pause, resume }: PausableStore): Promise<void> {
  const timeoutMs = 1_000;
  const engine = createSessionEngine({ store, timeoutMs, sweepEveryMs: 0 });
  const begin = (ids: readonly string[]) => beginRequest(engine, 'POST', ids);
  const first = begin([]);
  await first.load();
  first.session.data.count = 1;
  expect(await first.commit()).toBe(200);
  const id = idOfCookie(first.session.setCookie) ?? '';
  const holder = begin([id]);
  await holder.load();
  holder.session.data.count += 1;

  await pause();
  const pausedAt = performance.now();
  expect(await holder.commit()).toBe(503);
  const leftMs = pausedAt + 3 * timeoutMs - performance.now();
  await new Promise((resolve) => setTimeout(resolve, Math.max(leftMs, 0)));
  await resume();

  const resumedAt = performance.now();
  await waitFor('the next request', () => counts(begin([id])), 20_000);
  const tookMs = performance.now() - resumedAt;
  await engine.close();
  expect(tookMs).toBeLessThan(SOON_MS);
}

/** False while the store is not back yet. */
async function counts({ session, load, commit }: DirectRequest): Promise<boolean> {
  await load();
  try {
    session.data.count += 1;
  } catch {
    await commit();
    return false;
  }
  return (await commit()) === 200;
}
