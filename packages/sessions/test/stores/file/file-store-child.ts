import { createFileCalls, type FileCalls } from '../../../src/stores/file/file-calls.js';
import { FileStore } from '../../../src/stores/file/file-store.js';

/** What the parent asks for; each answer is `{ result }` or `{ error }`. */
export type ChildRequest =
  | { readonly verb: 'lock' | 'update' | 'create' | 'unlock'; readonly args: readonly unknown[] }
  /** Dies by SIGKILL right after the given number of further file calls. */
  | { readonly verb: 'dieAfter'; readonly args: readonly [calls: number] }
  /** Adds one under a lease, again and again, and reports each number that was stored. */
  | { readonly verb: 'count'; readonly args: readonly [key: string, times: number] };

const [directory = '', identity = 'null'] = process.argv.slice(2);
let callsLeft = Number.POSITIVE_INFINITY;
const store = new FileStore({
  directory,
  calls: mortal(createFileCalls()),
  identity: JSON.parse(identity) ?? undefined,
});

process.on('message', (request: ChildRequest) => {
  void answer(request).then(
    (result) => process.send?.({ result }),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ result: 'ready' });

async function answer({ verb, args }: ChildRequest): Promise<unknown> {
  if (verb === 'dieAfter') callsLeft = Number(args[0]);
  else if (verb === 'count') await count(String(args[0]), Number(args[1]));
  else return (store[verb] as (...values: readonly unknown[]) => unknown)(...args);
  return undefined;
}

async function count(key: string, times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    const lease = { owner: `${process.pid}-${done}`.padEnd(22, '_'), label: 'count', durationMs: 15_000 };
    const locked = await store.lock(key, lease);
    if (locked.outcome === 'held') {
      const text = String(Number(locked.session.text) + 1);
      const write = { text, expiresAt: locked.session.expiresAt };
      const { outcome } = await store.update(key, write, locked.session.version, { owner: lease.owner });
      if (outcome !== 'updated') throw new Error(`the holder was told ${outcome}`);
      process.send?.({ stored: Number(text) });
      done += 1;
    } else await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
  }
}

function mortal(calls: FileCalls): FileCalls {
  const wrapped = Object.entries(calls).map(([name, call]) => {
    const act = call as (...values: unknown[]) => Promise<unknown>;
    return [
      name,
      async (...values: unknown[]) => {
        try {
          return await act(...values);
        } finally {
          callsLeft -= 1;
          if (callsLeft === 0) process.kill(process.pid, 'SIGKILL');
        }
      },
    ];
  });
  return Object.fromEntries(wrapped) as FileCalls;
}
