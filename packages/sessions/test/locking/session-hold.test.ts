import { expect, test } from '@jest/globals';
import { CircuitBreaker } from '../../src/circuit-breaker.js';
import { StoreUnavailableError } from '../../src/errors.js';
import { type LeaseState, SessionHold } from '../../src/locking/session-hold.js';
import { SessionLocks } from '../../src/locking/session-lock.js';
import { intercept, type Verb } from '../support/intercepted-store.js';
import { gate, memoryLog } from '../support/observe.js';
import { SharedBackend } from '../support/shared-backend.js';

/** A hold and what its release did so far, with an unlock that ends when `returned` is opened. */
function holdWith(lease: LeaseState) {
  const steps: string[] = [];
  const returned = gate();
  const hold = new SessionHold('key', 'POST /', 'owner', {
    leave: () => steps.push('leave'),
    returnLease: async () => {
      steps.push('return');
      await returned.passed;
    },
  });
  hold.lease = lease;
  return { hold, steps, returned };
}

test('a hold without a lease lets the next request in at once, and once', () => {
  const { hold, steps } = holdWith('none');
  hold.release();
  hold.release();
  expect(steps).toEqual(['leave']);
});

test('a hold with a lease gives it back first and then lets the next request in', async () => {
  const { hold, steps, returned } = holdWith('held');
  hold.release();
  hold.release();
  expect(steps).toEqual(['return']);
  returned.open();
  await returned.passed;
  await Promise.resolve();
  await Promise.resolve();
  expect(steps).toEqual(['return', 'leave']);
});

test('a hold whose lease the store never granted or refused gives it back and waits for nothing', () => {
  const { hold, steps } = holdWith('asked');
  hold.release();
  expect(steps).toEqual(['return', 'leave']);
});

test('a lock that was sent and failed is followed by an unlock, one that the breaker held back is not', async () => {
  const calls: Verb[] = [];
  const refusing = intercept(new SharedBackend().connect(), async (verb) => {
    calls.push(verb);
    throw new StoreUnavailableError('connection refused');
  });
  const breaker = new CircuitBreaker(refusing, { timeoutMs: 1_000, onChange: () => {} });
  const { log } = memoryLog();
  const settings = { lockWaitMs: 1_000, lockHoldMs: 1_000, leaseMs: 1_000, maxWaiters: 10, isDebug: false, log };
  const locks = new SessionLocks(breaker, settings);
  const request = {
    method: 'POST',
    cookieHeader: undefined,
    isHttps: false,
    isClientGone: false,
    onClientGone: () => () => {},
  };
  const caller = { request, label: 'POST /', owner: 'owner' };
  for (let round = 0; round < 8; round++) {
    await expect(locks.acquire('key', caller)).rejects.toMatchObject({ code: 'T4_STORE_UNAVAILABLE' });
  }
  await locks.settle(1_000);
  const count = (verb: Verb): number => calls.filter((call) => call === verb).length;
  expect([count('lock'), count('unlock')]).toEqual([5, 5]);
});
