import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { FileStore } from '../../../src/stores/file/file-store.js';
import type { ProcessIdentity } from '../../../src/stores/file/process-identity.js';
import { compileChild } from '../compiled-sources.js';
import type { ChildRequest } from './file-store-child.js';

const root = mkdtempSync(join(tmpdir(), 't4-file-crash-'));
const children: ChildProcess[] = [];
let childPath: string;
let directory: string;
let store: FileStore;
let key: string;
let version: string;

beforeAll(() => {
  childPath = compileChild(join(root, 'compiled'), 'test/stores/file/file-store-child.ts');
});

beforeEach(async () => {
  directory = join(root, randomBytes(4).toString('hex'));
  store = new FileStore({ directory });
  key = randomBytes(32).toString('hex');
  version = String(await store.create(key, { text: '0', expiresAt: Date.now() + HOUR_MS }));
});

afterEach(async () => {
  await store.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

const HOUR_MS = 3_600_000;
const newLease = (durationMs = 60_000) => ({
  owner: randomBytes(16).toString('base64url'),
  label: 'POST /test',
  durationMs,
});
const writeOf = (text: string) => ({ text, expiresAt: Date.now() + HOUR_MS });
const namesLeft = () => readdir(join(directory, key.slice(0, 2)));

async function startChild(identity?: ProcessIdentity): Promise<ChildProcess> {
  const child = fork(childPath, [directory, JSON.stringify(identity ?? null)], { stdio: 'inherit', execArgv: [] });
  child.setMaxListeners(50);
  children.push(child);
  await once(child, 'message');
  return child;
}

/** The child's answer, or `died` when it is gone before it gives one. */
async function ask(child: ChildProcess, verb: ChildRequest['verb'], ...args: unknown[]): Promise<unknown> {
  const died = once(child, 'exit').then(() => 'died' as const);
  const answered = once(child, 'message').then(([message]) => message as { result?: unknown; error?: string });
  child.send({ verb, args });
  const first = await Promise.race([answered, died]);
  if (first !== 'died' && first.error !== undefined) throw new Error(first.error);
  return first === 'died' ? first : first.result;
}

async function killChild(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (!(await isTrue())) {
    if (performance.now() > giveUpAt) throw new Error('It did not come true in 10 s.');
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

test('a process killed after any file call of lock and commit leaves the old session or the new one, free to be locked', async () => {
  const seen = new Set<string>();
  for (let calls = 1; ; calls++) {
    const child = await startChild();
    const before = await store.read(key);
    const lease = newLease();
    await ask(child, 'dieAfter', calls);
    const locked = await ask(child, 'lock', key, lease);
    const updated =
      locked !== 'died' &&
      (await ask(child, 'update', key, writeOf(`text ${calls}`), before?.version, { owner: lease.owner }));
    if (locked !== 'died' && updated !== 'died') break;
    // Its lease has a minute left, and nobody waits for that.
    const mine = newLease();
    let text = '';
    await eventually(async () => {
      const taken = await store.lock(key, mine);
      if (taken.outcome === 'held') text = taken.session.text;
      return taken.outcome === 'held';
    });
    expect([before?.text, `text ${calls}`]).toContain(text);
    seen.add(text === before?.text ? 'old' : 'new');
    await store.unlock(key, mine.owner);
    expect(await namesLeft()).toEqual([key]);
  }
  expect([...seen].sort()).toEqual(['new', 'old']);
}, 60_000);

test('a process killed after any file call of a save that keeps its lease leaves a whole session', async () => {
  for (let calls = 1; ; calls++) {
    const child = await startChild();
    const before = await store.read(key);
    const lease = newLease();
    await ask(child, 'lock', key, lease);
    await ask(child, 'dieAfter', calls);
    const options = { owner: lease.owner, keepLease: true };
    if ((await ask(child, 'update', key, writeOf(`text ${calls}`), before?.version, options)) !== 'died') break;
    const taken = await store.lock(key, newLease());
    expect(taken.outcome === 'held' && [before?.text, `text ${calls}`].includes(taken.session.text)).toBe(true);
    const { version = '' } = (await store.read(key)) ?? {};
    await store.close();
    store = new FileStore({ directory });
    expect((await store.update(key, writeOf('next'), version)).outcome).toBe('updated');
  }
}, 60_000);

test('what a crash left beside a session is cleared away by the sweeper', async () => {
  const child = await startChild();
  const lease = newLease();
  await ask(child, 'lock', key, lease);
  await ask(child, 'dieAfter', 2);
  await ask(child, 'update', key, writeOf('x'), version, { owner: lease.owner, keepLease: true });
  expect(await namesLeft()).toHaveLength(3);
  await eventually(async () => {
    for (let hasMore = true; hasMore; ) ({ hasMore } = await store.sweep(0, 10));
    return (await namesLeft()).length === 1;
  });
  expect((await store.read(key))?.text).toBe('0');
});

test('a holder stopped past its lease keeps it, and what it commits after it goes on is stored', async () => {
  const child = await startChild();
  const lease = newLease(150);
  await ask(child, 'lock', key, lease);
  child.kill('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect((await store.lock(key, newLease())).outcome).toBe('busy');
  expect((await store.update(key, writeOf('stolen'), version)).outcome).toBe('busy');
  child.kill('SIGCONT');
  expect(await ask(child, 'update', key, writeOf('late'), version, { owner: lease.owner })).toMatchObject({
    outcome: 'updated',
  });
  expect((await store.read(key))?.text).toBe('late');
  expect((await store.lock(key, newLease())).outcome).toBe('held');
});

test('a holder that was stopped and then killed loses its lease at once', async () => {
  const child = await startChild();
  await ask(child, 'lock', key, newLease());
  child.kill('SIGSTOP');
  expect((await store.lock(key, newLease())).outcome).toBe('busy');
  await killChild(child);
  expect((await store.lock(key, newLease())).outcome).toBe('held');
});

test('of several processes that take over a dead holder at once exactly one holds', async () => {
  const takers = [await startChild(), await startChild(), await startChild()];
  for (let round = 0; round < 6; round++) {
    const holder = await startChild();
    await ask(holder, 'lock', key, newLease());
    await killChild(holder);
    const leases = takers.map(() => newLease());
    const results = await Promise.all(takers.map((taker, index) => ask(taker, 'lock', key, leases[index])));
    const outcomes = results.map((result) => (result as { outcome: string }).outcome);
    expect(outcomes.filter((outcome) => outcome === 'held')).toHaveLength(1);
    await Promise.all(takers.map((taker, index) => ask(taker, 'unlock', key, leases[index]?.owner)));
  }
  expect(await namesLeft()).toEqual([key]);
});

test('a dead holder of another host is waited for until its lease is over, and no longer', async () => {
  const child = await startChild({ host: 'a'.repeat(16), pid: 1, startedAt: 1 });
  await ask(child, 'lock', key, newLease(700));
  await killChild(child);
  const startedAt = performance.now();
  expect((await store.lock(key, newLease())).outcome).toBe('busy');
  await eventually(async () => (await store.lock(key, newLease())).outcome === 'held');
  expect(performance.now() - startedAt).toBeGreaterThan(400);
});

test('a holder of another host that was stopped past its lease and lost it writes nothing over the next one', async () => {
  const child = await startChild({ host: 'a'.repeat(16), pid: 1, startedAt: 1 });
  const lost = newLease(150);
  await ask(child, 'lock', key, lost);
  child.kill('SIGSTOP');
  const mine = newLease();
  await eventually(async () => (await store.lock(key, mine)).outcome === 'held');
  child.kill('SIGCONT');
  expect(await ask(child, 'update', key, writeOf('late'), version, { owner: lost.owner })).toMatchObject({
    outcome: 'busy',
  });
  expect((await store.update(key, writeOf('mine'), version, { owner: mine.owner })).outcome).toBe('updated');
  expect(await ask(child, 'update', key, writeOf('late'), version, { owner: lost.owner })).toMatchObject({
    outcome: 'conflict',
  });
  expect((await store.read(key))?.text).toBe('mine');
});

test('three processes that count to 180 together, one of them killed halfway, lose nothing that was stored', async () => {
  const counters = [await startChild(), await startChild(), await startChild()];
  const stored: number[] = [];
  const ends = counters.map((child) => {
    return new Promise<void>((resolve, reject) => {
      child.on('exit', () => resolve());
      child.on('message', (message: { stored?: number; error?: string }) => {
        if (message.stored !== undefined) stored.push(message.stored);
        else if (message.error !== undefined) reject(new Error(message.error));
        else resolve();
        if (stored.length === 60) counters[0]?.kill('SIGKILL');
      });
      child.send({ verb: 'count', args: [key, 60] });
    });
  });
  await Promise.all(ends);
  const total = Number((await store.read(key))?.text);
  // Each number was stored once; the killed process may have stored one more than it could tell.
  expect(new Set(stored).size).toBe(stored.length);
  expect(total - stored.length === 0 || total - stored.length === 1).toBe(true);
}, 60_000);
