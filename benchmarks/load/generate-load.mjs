import { spawnSync } from 'node:child_process';
import { loadWithAutocannon } from './autocannon.mjs';
import { loadWithWrk } from './wrk.mjs';

const hasWrk = spawnSync('wrk', ['--version']).error === undefined;

/** What sends the requests here. wrk costs less of the other core; autocannon is there everywhere. */
export const loadGenerator = hasWrk ? 'wrk' : 'autocannon';

/** How many keep-alive connections send at once. */
export const CONNECTIONS = 32;

/**
 * Sends the requests in turn for some seconds over 32 connections, or as many as asked for, as fast as they are answered.
 * `requests` are `{ method, path, cookie, body }`. Resolves with `requests` (how many were answered), `failed` (other statuses,
 * broken connections), `seconds`, and `p50` and `p99` in ms.
 */
export function generateLoad(port, requests, seconds, connections = CONNECTIONS) {
  return (hasWrk ? loadWithWrk : loadWithAutocannon)(port, requests, { seconds, connections });
}
