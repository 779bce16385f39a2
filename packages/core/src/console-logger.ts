import type { Logger } from './app-context.js';

/** Lines on stdout and stderr; the logger of an app that was given none. Debug and info lines are left out. */
export const consoleLogger: Logger = Object.freeze({
  debug: () => {},
  info: () => {},
  warn: (message: string, context?: object) => console.warn(line('warning', message, context)),
  error: (message: string, context?: object) => console.error(line('error', message, context)),
});

function line(level: string, message: string, context: object | undefined): string {
  return context === undefined ? `${level}: ${message}` : `${level}: ${message} ${JSON.stringify(context)}`;
}
