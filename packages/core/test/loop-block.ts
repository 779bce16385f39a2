/** What `reference()` takes on a quiet machine, ms. */
const NOMINAL_MS = 12;
const TEXT = `[${'{"name":"value","list":[1,2,3]},'.repeat(20_000)}0]`;

/**
 * The most that the process computed between two turns of the event loop, ms: how long others would have waited on a quiet machine.
 * Computing time, since on a busy one the clock also counts what others do; and measured against known work, since caches are shared.
 */
export async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  const before = reference();
  let longest = 0;
  let last = computed();
  const look = (): void => {
    const now = computed();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const ticker = setInterval(look, 1);
  try {
    await work();
  } finally {
    clearInterval(ticker);
  }
  look();
  return longest / Math.max(1, before / NOMINAL_MS, reference() / NOMINAL_MS);
}

function reference(): number {
  const start = computed();
  JSON.parse(TEXT);
  return computed() - start;
}

function computed(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
