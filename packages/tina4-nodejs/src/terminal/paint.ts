import process from 'node:process';
import { inspect } from 'node:util';

/** Where text is shown that may be coloured. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
}

/** Names of `inspect.colors`: `bold`, `green`, `red` and so on. */
export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

/**
 * The text in a colour where `screen` shows colours: on a terminal, unless NO_COLOR is set (https://no-color.org) or TERM is dumb; and
 * anywhere with FORCE_COLOR, unless that is 0 or false. These belong to the user of the terminal and not to the app, so they
 * are no settings.
 */
export function paint(style: Style, text: string, screen: Screen = process.stdout, env = process.env): string {
  if (!showsColours(screen, env)) return text;
  const [open, close] = inspect.colors[style] ?? [0, 0];
  return `\x1b[${open}m${text}\x1b[${close}m`;
}

function showsColours(screen: Screen, env: NodeJS.ProcessEnv): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return screen.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}
