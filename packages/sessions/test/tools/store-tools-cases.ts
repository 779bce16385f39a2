import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { encodeDestroyed, encodeLive, encodeReplaced, TOMBSTONE_MS } from '../../src/data/codec.js';
import { keyOfSessionId } from '../../src/data/session-id.js';
import { createSessionEngine } from '../../src/engine/engine.js';
import type { SessionStore } from '../../src/session-store.js';
import { revokeSession } from '../../src/tools/revoke-session.js';
import { reportStore } from '../../src/tools/store-report.js';
import { gate } from '../support/observe.js';
import { Browser, startApp, type TestApp } from '../support/test-app.js';

const HOUR = 3_600_000;

/** The suite of the tools for operators, for any store that several processes share. */
export function describeStoreTools(open: () => Promise<SessionStore>): void {
  let store: SessionStore;
  let app: TestApp | undefined;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await store.close();
  });

  const put = async (text: string, expiresAt = Date.now() + HOUR, key = newKey()): Promise<string> => {
    await store.create(key, { text, expiresAt });
    return key;
  };
  const live = (data: object): string => encodeLive(Date.now(), 'w'.repeat(22), JSON.stringify(data));

  test('the report counts live, ended and expired sessions apart and measures the live ones', async () => {
    const small = live({});
    const largest = await put(live({ cart: 'x'.repeat(5000) }));
    const before = { readableUntil: 0, createdAt: 1, json: JSON.stringify({ cart: 'x'.repeat(9000) }) };
    const tombstones = [encodeDestroyed('w'.repeat(22)), encodeReplaced('w'.repeat(22), before)];
    const inAMoment = Date.now() + TOMBSTONE_MS;
    await Promise.all([
      put(small),
      put(small),
      put(small, inAMoment),
      ...tombstones.map((text) => put(text, inAMoment)),
    ]);
    const goneSoon = await put(live({ old: true }), Date.now() + 200);
    while ((await store.read(goneSoon)) !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
    const report = await reportStore(store, Date.now());
    const largestBytes = live({ cart: 'x'.repeat(5000) }).length;
    expect({ ...report, expired: undefined }).toEqual({
      live: 4,
      ended: 2,
      expired: undefined,
      totalBytes: largestBytes + 3 * small.length,
      medianBytes: small.length,
      largestBytes,
      largestKey: largest,
    });
    // A store with a time to live of its own may have removed it by itself.
    expect([0, 1]).toContain(report.expired);
  });

  test('a store with more entries than a page is walked to its end, with progress', async () => {
    const keys = await Promise.all(Array.from({ length: 1200 }, () => put(live({}))));
    const seen: number[] = [];
    expect((await reportStore(store, Date.now(), (count) => seen.push(count))).live).toBe(keys.length);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toBe(keys.length);
  });

  test('a handle ends its one session; none, several and an ended one are told apart', async () => {
    const start = newKey().slice(0, 16);
    const rest = (): string => randomBytes(24).toString('hex');
    const [twin, other] = [start + rest(), start + rest()];
    const single = await put(live({ user: 1 }));
    await Promise.all([put(live({}), undefined, twin), put(live({}), undefined, other)]);
    expect(await revokeSession(store, start, Date.now())).toBe('ambiguous');
    expect(await revokeSession(store, newKey().slice(0, 16), Date.now())).toBe('unknown');
    expect(await revokeSession(store, single.slice(0, 16), Date.now())).toBe('revoked');
    expect(await revokeSession(store, single.slice(0, 16), Date.now())).toBe('unknown');
    expect(await revokeSession(store, twin, Date.now())).toBe('revoked');
    expect((await reportStore(store, Date.now())).live).toBe(1);
  });

  test('a session that got a new id just now is not said to be revoked', async () => {
    const key = await put(encodeReplaced('w'.repeat(22), { readableUntil: 0, createdAt: 1, json: '{}' }));
    expect(await revokeSession(store, key.slice(0, 16), Date.now())).toBe('replaced');
  });

  test.each([
    ['exclusive', 'write'],
    ['shared', 'write'],
    ['exclusive', 'login'],
  ] as const)('a revoked session is not revived by the %s request that runs: %s', async (mode, deed) => {
    const [entered, goOn] = [gate(), gate()];
    app = await startApp(createSessionEngine({ store, sweepEveryMs: 0 }), {
      'POST /start': ({ session }) => {
        session.user = 'ann';
        return { id: session.id };
      },
      'POST /slow': {
        mode,
        handler: async ({ session, request }) => {
          void session.user;
          entered.open();
          await goOn.passed;
          if (deed === 'login') request.regenerate();
          session.written = true;
        },
      },
      'GET /all': ({ session }) => ({ ...session }),
    });
    const browser = new Browser(app);
    const { id } = (await browser.send('POST', '/start')).json as { id: string };
    const slow = browser.send('POST', '/slow');
    await entered.passed;
    const outcome = await revokeSession(store, keyOfSessionId(id).slice(0, 16), Date.now());
    goOn.open();
    expect({ outcome, status: (await slow).status }).toEqual({ outcome: 'revoked', status: 409 });
    expect((await browser.send('GET', '/all')).json).toEqual({});
    expect((await reportStore(store, Date.now())).live).toBe(0);
  });
}

function newKey(): string {
  return randomBytes(32).toString('hex');
}
