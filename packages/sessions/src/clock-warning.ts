/** What the reading of a clock over the network and the rounding of servers may add, ms; and what no session notices. */
const TOLERATED_MS = 5_000;

/** A clock that was asked for the time: what it said, and when by our own clock the question left and the answer came. Ms. */
export interface ClockReading {
  readonly theirs: number;
  readonly askedAt: number;
  readonly answeredAt: number;
}

/**
 * A sentence where the clock of a store's server and ours differ by more than 5 s, else none. Sessions expire by the clock of the
 * web server that looks at them, so web servers whose clocks differ disagree about who is logged in; the store's is the one
 * that all of them can be compared with.
 */
export function clockWarnings(storeName: string, { theirs, askedAt, answeredAt }: ClockReading): readonly string[] {
  const aheadMs = theirs > answeredAt ? theirs - answeredAt : Math.min(theirs - askedAt, 0);
  if (Math.abs(aheadMs) <= TOLERATED_MS) return [];
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const direction = aheadMs > 0 ? 'behind' : 'ahead of';
  return [
    `This machine's clock is ${seconds} s ${direction} that of the ${storeName} server. Sessions expire by the clocks of the web servers: set all of them by NTP.`,
  ];
}
