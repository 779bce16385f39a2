/** A folder that loses its write permission under a process that root's privileges do not help. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitFor } from '../../../../../test/services/wait-for.js';
import { FileStore } from '../../../src/stores/file/file-store.js';
import { compileChild } from '../compiled-sources.js';
import type { ChildRequest } from './file-store-child.js';

/** The account "nobody"; where we are not root, our own is as good. */
const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const expiresAt = Date.now() + 3_600_000;
const leaseOf = (key: string) => ({ owner: key.slice(0, 22), label: 'POST /cart', durationMs: 15_000 });
let root: string;
let directory: string;
let child: ChildProcess;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 't4-permissions-'));
  directory = join(root, 'sessions');
  const script = compileChild(join(root, 'compiled'), 'test/stores/file/file-store-child.ts');
  chmodSync(root, 0o755);
  if (account.uid !== undefined) chownSync(root, account.uid, account.gid);
  child = fork(script, [directory, 'null'], { stdio: 'inherit', execArgv: [], ...account });
  await once(child, 'message');
});

afterEach(() => {
  child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

async function ask(request: ChildRequest): Promise<{ result?: unknown; error?: string }> {
  child.send(request);
  const [answer] = await once(child, 'message');
  return answer as { result?: unknown; error?: string };
}

function setMode(mode: number): void {
  for (const shard of readdirSync(directory)) chmodSync(join(directory, shard), mode);
}

test('50 sessions that were in use when write permission was lost for a moment are free again, for every process', async () => {
  const keys = Array.from({ length: 50 }, () => randomBytes(32).toString('hex'));
  const versions = new Map<string, string>();
  for (const key of keys) {
    const { result } = await ask({ verb: 'create', args: [key, { text: 'kept', expiresAt }] });
    versions.set(key, String(result));
    await ask({ verb: 'lock', args: [key, leaseOf(key)] });
  }

  setMode(0o500);
  for (const [index, key] of keys.entries()) {
    if (index % 2 === 0) await ask({ verb: 'unlock', args: [key, leaseOf(key).owner] });
    else {
      const write = { text: 'lost', expiresAt };
      const { error } = await ask({ verb: 'update', args: [key, write, versions.get(key), leaseOf(key)] });
      expect(error).toMatch(/^T4_STORE_REFUSED: .* \(EACCES\)/);
    }
  }
  setMode(0o700);

  const next = (key: string) => ({ ...leaseOf(key), owner: 'n'.repeat(22) });
  for (const key of keys.slice(0, 10)) {
    expect((await ask({ verb: 'lock', args: [key, next(key)] })).result).toMatchObject({
      outcome: 'held',
      session: { text: 'kept' },
    });
  }
  const other = new FileStore({ directory });
  const locksOfOther = async () => {
    const results = await Promise.all(keys.slice(10).map((key) => other.lock(key, next(key))));
    return results.every(({ outcome }) => outcome === 'held');
  };
  const startedAt = performance.now();
  await waitFor('the other process to get its locks', locksOfOther, 10_000);
  expect(performance.now() - startedAt).toBeLessThan(3000);
  await other.close();
}, 60_000);
