import type { Logger } from './app-context.js';
import { withoutSecrets } from './log-secrets.js';
import { safeLogJson, safeLogMessage } from './log-text.js';

/** Lines on stdout and stderr; the logger of an app that was given none. Debug and info lines are left out. */
export const consoleLogger: Logger = Object.freeze({
  debug: () => {},
  info: () => {},
  warn: (message: string, context?: object) => console.warn(line('warning', message, context)),
  error: (message: string, context?: object) => console.error(line('error', message, context)),
});

function line(level: string, message: string, context: object | undefined): string {
  const shown = `${level}: ${safeLogMessage(String(message))}`;
  return context === undefined ? shown : `${shown} ${contextText(context)}`;
}

/** Nothing that is logged may throw: a context that cannot be written is left out. */
function contextText(context: object): string {
  try {
    return safeLogJson(JSON.stringify(withoutSecrets(context)));
  } catch (error) {
    return safeLogMessage(`(its context cannot be written: ${String(error)})`);
  }
}
