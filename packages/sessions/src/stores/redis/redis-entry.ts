import type { BusyResult, StoredSession } from '../../session-store.js';
import { sweepMarginMs } from '../../sweep.js';

const MINUTE_MS = 60_000;

/**
 * The value of one session: `1 VERSION EXPIRES TEXT`. The leading 1 is the version of this layout. redis-script.ts reads the
 * same layout on the server.
 */
export function encodeEntry(version: string, expiresAt: number, text: string): string {
  return `1 ${version} ${Math.round(expiresAt)} ${text}`;
}

/** The opposite of `encodeEntry`. Undefined for what is no entry of this layout: to the store such a key is absent. */
export function decodeEntry(value: string): StoredSession | undefined {
  if (!value.startsWith('1 ')) return undefined;
  const afterVersion = value.indexOf(' ', 2);
  const afterExpiry = value.indexOf(' ', afterVersion + 1);
  if (afterVersion < 0 || afterExpiry < 0) return undefined;
  const expiresAt = Number(value.slice(afterVersion + 1, afterExpiry));
  if (!Number.isSafeInteger(expiresAt)) return undefined;
  return { text: value.slice(afterExpiry + 1), version: value.slice(2, afterVersion), expiresAt };
}

/**
 * How long the server keeps the key, ms from now. Only garbage collection: the entry is absent from `expiresAt` on, and the
 * key goes one more lifetime later (ten minutes to a day), so that a node whose clock is wrong loses nobody's session. A
 * duration rather than a point in time, so that the server's clock does not matter either.
 */
export function timeToLive(expiresAt: number, now: number): number {
  const left = Math.max(0, expiresAt - now);
  return Math.ceil(left + sweepMarginMs(Math.max(left, 10 * MINUTE_MS)));
}

/** Reads `B REMAINING LABEL`, the script's word for a lease of somebody else. */
export function decodeBusy(reply: string): BusyResult {
  const space = reply.indexOf(' ', 2);
  const holder = reply.slice(space + 1);
  return {
    outcome: 'busy',
    holder: holder === '' ? undefined : holder,
    remainingMs: Number(reply.slice(2, space)),
  };
}
