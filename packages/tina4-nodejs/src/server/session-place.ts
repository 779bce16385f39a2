import { setTimeout as pause } from 'node:timers/promises';
import { checkStore } from '@tina4/sessions';
import type { Config } from '../config/read-config.js';
import { storeSettingsOf } from './apply-settings.js';

/** How long a start waits for the session store before it says that no answer has come. */
const PATIENCE_MS = 1000;

/** Where the settings keep sessions, fit to be shown: `redis, redis://127.0.0.1:6379`. */
export function sessionPlaceOf({ session: { store }, database }: Config): string {
  switch (store.backend) {
    case 'memory':
      return 'memory';
    case 'file':
      return `file, ${store.path}`;
    case 'database':
      return `database, ${withoutCredentials(database.url)}`;
    default:
      return `${store.backend}, ${store.url === undefined ? [store.host, store.port].filter(Boolean).join(':') : withoutCredentials(store.url)}`;
  }
}

/** The same with what is wrong, where the store cannot be asked or has not answered within a second. Never rejects. */
export async function askedSessionPlaceOf(config: Config, projectDir: string): Promise<string> {
  const place = sessionPlaceOf(config);
  const asking = checkStore(storeSettingsOf(config, projectDir)).then(
    () => place,
    (error: unknown) => `${place} (${error instanceof Error ? error.message.replace(/^T4_\w+: /, '') : String(error)})`,
  );
  return Promise.race([asking, pause(PATIENCE_MS, `${place} (no answer yet)`, { ref: false })]);
}

/** A URL that may be shown: user and password and what follows `?` are left out. */
export function withoutCredentials(url: string): string {
  return url.replace(/\?.*$/, '').replace(/\/\/.*@/, '//');
}
