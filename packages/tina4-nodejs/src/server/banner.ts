import type { Config } from '../config/read-config.js';

const logo = String.raw`
 _____ _             _  _
|_   _(_)_ __   __ _| || |
  | | | | '_ \ / _${'`'} | || |_
  | | | | | | | (_| |__   _|
  |_| |_|_| |_|\__,_|  |_|
`.trim();

/** What the terminal shows once the server answers. `address` is `http://host:port`; `workers` are processes that share it. */
export function bannerText(config: Config, version: string, address: string, workers?: number): string {
  return [
    ` ${logo}`,
    '',
    `  Tina4 Node.js v${version}`,
    `  Server running at ${address}`,
    `  Debug mode: ${config.isDebug ? 'ON' : 'OFF'}`,
    `  Database: ${withoutCredentials(config.database.url)}`,
    ...(workers === undefined ? [] : [`  Workers: ${workers}`]),
    '  Press Ctrl+C to stop',
    '',
  ].join('\n');
}

/** A URL that may be shown: user and password and what follows `?` are left out. */
export function withoutCredentials(url: string): string {
  return url.replace(/\?.*$/, '').replace(/\/\/.*@/, '//');
}
