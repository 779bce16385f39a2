import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { StoreSettings } from '../../src/session-options.js';

/** What one process does: a task of store-process.mjs, how often, and how wrong its clock is. */
export interface ProcessTask {
  readonly task: 'create' | 'add' | 'compareAndSet';
  readonly count?: number;
  readonly clockOffsetMs?: number;
}

/** Starts one process a task on the built package, lets all go at the same moment and returns what each printed. */
export async function runStoreProcesses(
  kind: 'sql' | 'mongodb' | 'redis',
  settings: StoreSettings,
  tasks: readonly ProcessTask[],
  env: Readonly<Record<string, string>> = {},
): Promise<unknown[]> {
  const script = join(__dirname, 'store-process.mjs');
  const children = tasks.map(({ task, count = 0, clockOffsetMs = 0 }) =>
    spawn(process.execPath, [script, kind, JSON.stringify(settings), task, String(count), String(clockOffsetMs)], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  const deadline = setTimeout(() => stopAll(children), 60_000);
  try {
    const outputs = children.map(collectLines);
    await Promise.all(outputs.map((output) => output.first));
    for (const child of children) child.stdin?.write('go\n');
    return await Promise.all(outputs.map(async (output) => JSON.parse((await output.all).at(-1) ?? 'null') as unknown));
  } finally {
    clearTimeout(deadline);
    stopAll(children);
  }
}

function stopAll(children: readonly ChildProcess[]): void {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
}

function collectLines(child: ChildProcess): { first: Promise<unknown>; all: Promise<string[]> } {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const first = Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), once(child, 'exit')]);
  const all = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`the process ended with ${String(code)} after: ${text}`);
    return text.trim().split('\n');
  });
  all.catch(() => {});
  return { first, all };
}
