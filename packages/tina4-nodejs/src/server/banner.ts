import type { Config } from '../config/read-config.js';
import { paint } from '../terminal/paint.js';
import { withoutCredentials } from './session-place.js';

const logo = String.raw`
 _____ _             _  _
|_   _(_)_ __   __ _| || |
  | | | | '_ \ / _${'`'} | || |_
  | | | | | | | (_| |__   _|
  |_| |_|_| |_|\__,_|  |_|
`.trim();

/** What the banner tells beside the settings. */
export interface BannerFacts {
  readonly version: string;
  /** `http://host:port` */
  readonly address: string;
  /** Where sessions are kept, and whether that answers. */
  readonly sessions: string;
  /** Processes that share the port. */
  readonly workers?: number | undefined;
}

/** What the terminal shows once the server answers. A database is named where the settings name one. */
export function bannerText(config: Config, { version, address, sessions, workers }: BannerFacts): string {
  return [
    ` ${logo}`,
    '',
    `  Tina4 Node.js v${version}`,
    `  Server running at ${paint('cyan', address)}`,
    `  Debug mode: ${config.isDebug ? 'ON' : 'OFF'}`,
    `  Sessions: ${sessions}`,
    ...(config.database.isNamed ? [`  Database: ${withoutCredentials(config.database.url)}`] : []),
    ...(workers === undefined ? [] : [`  Workers: ${workers}`]),
    '  Press Ctrl+C to stop',
    '',
  ].join('\n');
}
