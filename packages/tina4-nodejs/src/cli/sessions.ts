import process from 'node:process';
import { didYouMean } from '@tina4/core';
import {
  handleOfKey,
  isSessionHandle,
  openStore,
  reportStore,
  revokeSession,
  type SessionStore,
  sweepStore,
} from '@tina4/sessions';
import type { Config } from '../config/read-config.js';
import { readProjectSettings } from '../project/environment.js';
import { StartError, startErrorOf } from '../project/start-error.js';
import { storeSettingsOf } from '../server/apply-settings.js';
import { Progress } from '../terminal/progress.js';

/** Flags of `tina4 sessions`. */
export interface SessionsOptions {
  /** sweep: also what has expired only just now. */
  readonly all?: boolean | undefined;
  /** One JSON text instead of sentences; mistakes are still told as sentences. */
  readonly json?: boolean | undefined;
}

/**
 * `tina4 sessions stats`, `sweep` and `revoke HANDLE`, on the store that the settings name, beside running servers. A handle is
 * what log lines call a session by. Rejects with an error fit to be shown; then the exit code is 1.
 */
export async function sessions(
  action: string,
  handle: string | undefined,
  options: SessionsOptions = {},
): Promise<void> {
  if (!Object.hasOwn(actions, action)) {
    throw new StartError(
      `tina4 sessions does not know "${action}"${didYouMean(action, Object.keys(actions))} Use stats, sweep or revoke.`,
    );
  }
  if (action === 'revoke') refuseBadHandle(handle);
  try {
    const root = process.cwd();
    const { config } = await readProjectSettings(root, process.env);
    if (config.session.store.backend === 'memory') {
      throw new StartError(
        'Sessions in memory are known to their server process only. Set TINA4_SESSION_BACKEND to look at a store.',
      );
    }
    const store = await openStore(storeSettingsOf(config, root));
    try {
      await actions[action as keyof typeof actions](store, config, handle ?? '', options);
    } finally {
      await store.close();
    }
  } catch (error) {
    throw startErrorOf(error);
  }
}

const actions = { stats, sweep, revoke };

async function stats(store: SessionStore, _config: Config, _handle: string, { json }: SessionsOptions): Promise<void> {
  const progress = new Progress('entries read');
  const report = await reportStore(store, Date.now(), progress.show);
  progress.clear();
  if (json === true) {
    const { largestKey, ...counts } = report;
    const largest = largestKey === undefined ? undefined : handleOfKey(largestKey);
    printJson({ store: store.name, ...counts, largest });
    return;
  }
  console.log(`Session store: ${store.name}`);
  console.log(`  Sessions: ${report.live}`);
  console.log(`  Ended a moment ago: ${report.ended}`);
  console.log(`  Expired and not removed yet: ${report.expired}`);
  if (report.largestKey === undefined) return;
  console.log(
    `  Bytes: ${report.totalBytes} in all, ${report.medianBytes} the median, ${report.largestBytes} the largest (${handleOfKey(report.largestKey)})`,
  );
}

async function sweep(store: SessionStore, config: Config, _handle: string, options: SessionsOptions): Promise<void> {
  const progress = new Progress('entries removed');
  const { removed, marginMs } = await sweepStore(store, Date.now(), {
    lifetimeSeconds: config.session.lifetimeSeconds,
    includesRecent: options.all,
    onProgress: progress.show,
  });
  progress.clear();
  if (options.json === true) {
    printJson({ store: store.name, removed, keptSeconds: marginMs / 1000 });
    return;
  }
  const kept = marginMs === 0 ? '' : ` What expired in the last ${marginMs / 1000} s is kept; --all removes that too.`;
  console.log(`Removed ${removed} expired ${removed === 1 ? 'entry' : 'entries'} from the ${store.name} store.${kept}`);
}

async function revoke(store: SessionStore, _config: Config, handle: string, { json }: SessionsOptions): Promise<void> {
  const progress = new Progress('entries read');
  const outcome = await revokeSession(store, handle, Date.now(), progress.show);
  progress.clear();
  switch (outcome) {
    case 'revoked':
      if (json === true) printJson({ store: store.name, revoked: handle });
      else console.log(`Session ${handle} has ended.`);
      return;
    case 'unknown':
      throw new StartError(`No session in the ${store.name} store has the handle ${handle}.`);
    case 'ambiguous':
      throw new StartError(
        `Several sessions have the handle ${handle}. None was ended; give more characters of the digest.`,
      );
    case 'replaced':
      throw new StartError(
        `Session ${handle} got a new id just now, with a login or logout. Look for its new handle in the log.`,
      );
  }
}

function printJson(value: object): void {
  console.log(JSON.stringify(value, undefined, 2));
}

function refuseBadHandle(handle: string | undefined): void {
  if (handle !== undefined && isSessionHandle(handle)) return;
  // The text itself is not repeated: it may be a session id, given by mistake.
  throw new StartError(
    'tina4 sessions revoke needs the handle of a session: the 16 characters 0-9 and a-f that log lines name it by. A session id is no handle.',
  );
}
