import { resolve } from 'node:path';
import { within, withoutSecrets } from '@tina4/core';
import { type LineSink, type LogMethod, type LogOutput, openLogOutput } from './log-output.js';
import { LOG_DEFAULTS, type LogSettings } from './log-settings.js';

/** Names that the line itself uses; a context's own are kept beside them. */
const OWN_FIELDS = new Set(['timestamp', 'level', 'message']);
/** A destination that hangs must not keep the app from ending, ms. */
const CLOSE_TIMEOUT_MS = 2000;

/**
 * The app's log. Static, because Tina4 code writes to it from anywhere; also known as `Logger`. A context may be anything:
 * cycles, errors and BigInts are written as well as they can be, and nothing that is logged ever throws.
 */
export class Log {
  static #output: LogOutput | undefined;

  static debug(message: unknown, context?: unknown): void {
    Log.#write('debug', message, context);
  }

  static info(message: unknown, context?: unknown): void {
    Log.#write('info', message, context);
  }

  static warn(message: unknown, context?: unknown): void {
    Log.#write('warn', message, context);
  }

  static warning(message: unknown, context?: unknown): void {
    Log.#write('warn', message, context);
  }

  static error(message: unknown, context?: unknown): void {
    Log.#write('error', message, context);
  }

  /** Opens new destinations; those before are flushed and closed. Until it is called, lines of level info go to stdout. */
  static async configure(settings: LogSettings, stdout?: LineSink): Promise<void> {
    const before = Log.#output;
    Log.#output = openLogOutput(settings, stdout);
    await close(before);
  }

  /** Writes out what waits and closes the file, within two seconds. A line written later opens the default destination. */
  static async close(): Promise<void> {
    const before = Log.#output;
    Log.#output = undefined;
    await close(before);
  }

  static #write(method: LogMethod, message: unknown, context: unknown): void {
    try {
      Log.#output ??= openLogOutput({ ...LOG_DEFAULTS, file: resolve('logs', 'app.log') });
      Log.#output.write(method, textOf(message), fieldsOf(context));
    } catch (error) {
      // A getter or toJSON of the context that throws: the message is still worth a line.
      Log.#output?.write(method, textOf(message), { context: `cannot be written: ${String(error)}` });
    }
  }
}

async function close(output: LogOutput | undefined): Promise<void> {
  if (output !== undefined) await within(CLOSE_TIMEOUT_MS, output.close(), () => undefined);
}

function textOf(message: unknown): string {
  return message instanceof Error ? (message.stack ?? message.message) : String(message);
}

function fieldsOf(context: unknown): Record<string, unknown> {
  if (context === undefined || context === null) return {};
  if (context instanceof Error) return { error: withoutSecrets(context) };
  const shown = withoutSecrets(context);
  if (typeof shown !== 'object' || shown === null || Array.isArray(shown)) return { context: shown };
  return Object.fromEntries(
    Object.entries(shown).map(([field, value]) => [OWN_FIELDS.has(field) ? `context_${field}` : field, value]),
  );
}
