import { expect, test } from '@jest/globals';
import { LeaseRenewals } from '../../src/locking/lease-renewals.js';
import { SessionHold } from '../../src/locking/session-hold.js';
import { until } from '../support/observe.js';

/** Renewals of leases of 30 ms, and the keys they were done for. */
function observed(answer: () => Promise<boolean> = async () => true) {
  const renewed: string[] = [];
  const renewals = new LeaseRenewals(30, (hold) => {
    renewed.push(hold.key);
    return answer();
  });
  const begin = (key: string): SessionHold => {
    const hold = new SessionHold(key, 'POST /', 'owner', {
      leave: (one) => renewals.end(one),
      returnLease: async () => {},
    });
    renewals.begin(hold);
    return hold;
  };
  const times = (key: string): number => renewed.filter((one) => one === key).length;
  return { begin, times };
}

test('every hold is renewed again and again, those that began later, too', async () => {
  const { begin, times } = observed();
  const first = begin('first');
  await until(() => times('first') > 0);
  const second = begin('second');
  await until(() => times('first') > 3 && times('second') > 3);
  first.release();
  second.release();
});

test('after its release a hold is not renewed, and the others are', async () => {
  const { begin, times } = observed();
  const over = begin('over');
  const lasting = begin('lasting');
  over.release();
  await until(() => times('lasting') > 2);
  lasting.release();
  expect(times('over')).toBe(0);
});

test('a hold that is released while its renewal is under way is not renewed again', async () => {
  let answer: (isRenewed: boolean) => void = () => {};
  const { begin, times } = observed(() => new Promise((resolve) => (answer = resolve)));
  const hold = begin('key');
  await until(() => times('key') === 1);
  hold.release();
  answer(true);
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(times('key')).toBe(1);
});

test('a lease that is lost is not renewed further', async () => {
  const { begin, times } = observed(async () => false);
  const hold = begin('key');
  await until(() => times('key') === 1);
  await new Promise((resolve) => setTimeout(resolve, 40));
  hold.release();
  expect(times('key')).toBe(1);
});
