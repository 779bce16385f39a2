import { dirname, join } from 'node:path';
import { lazyPackage, safeLogJson } from '@tina4/core';
import type { Logger, pino } from 'pino';
import { type LogFile, openLogFile } from './log-file.js';
import type { LogLevel, LogSettings } from './log-settings.js';
import { type LogLine, textLine } from './log-text.js';

const pinoPackage = lazyPackage<typeof import('pino')>('pino', import.meta.url);

export type LogMethod = 'debug' | 'info' | 'warn' | 'error';

/** Open destinations of one set of settings. */
export interface LogOutput {
  write(method: LogMethod, message: string, context: Readonly<Record<string, unknown>>): void;
  /** Writes out what waits and closes the file. */
  close(): Promise<void>;
}

/** Where lines for the terminal go; `process.stdout` in an app, a list in tests. */
export interface LineSink {
  write(line: string): void;
  readonly isTTY?: boolean | undefined;
}

const PINO_LEVELS: Readonly<Record<LogLevel, string>> = {
  all: 'trace',
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  error: 'error',
  none: 'silent',
};
const LEVEL_NAMES: Readonly<Record<string, string>> = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' };

/**
 * Opens the destinations. Lines are JSON inside (`timestamp`, `level`, `message`, context); text is made of them at the end.
 * The logger itself is made for the first line.
 */
export function openLogOutput(settings: LogSettings, stdout?: LineSink): LogOutput {
  const terminal = settings.output === 'file' ? undefined : openTerminal(settings, stdout);
  const file = settings.output === 'stdout' ? undefined : openFile(settings);
  const errorFile = settings.writesErrorFile
    ? openFile({ ...settings, file: join(dirname(settings.file), 'error.log') })
    : undefined;
  const writeLine = (line: string): void => {
    terminal?.write(line);
    file?.write(line);
    if (errorFile !== undefined && isError(line)) errorFile.write(line);
  };
  let logger: Logger | undefined;
  return {
    write: (method, message, context) => {
      logger ??= openLogger(settings.level, writeLine);
      logger[method](context, '%s', message);
    },
    async close() {
      await Promise.all([terminal?.close(), file?.close(), errorFile?.close()]);
    },
  };
}

function openLogger(level: LogLevel, write: (line: string) => void): Logger {
  return pinoPackage().pino(
    {
      level: PINO_LEVELS[level],
      base: null,
      messageKey: 'message',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: LEVEL_NAMES[label] ?? label.toUpperCase() }) },
    },
    { write },
  );
}

/** The level is the first field of a line. */
function isError(line: string): boolean {
  return line.startsWith('{"level":"ERROR"');
}

function openTerminal(settings: LogSettings, sink: LineSink | undefined): LogFile {
  const isColoured = settings.format === 'text' && (sink ?? process.stdout).isTTY === true;
  const shown = formatter(settings, isColoured);
  if (sink !== undefined) return { write: (line) => sink.write(shown(line)), close: async () => {} };
  // Node writes to pipes and files on stdout synchronously; this writes in the background and flushes at the exit.
  const open = (): ReturnType<typeof pino.destination> => {
    const opened = pinoPackage().pino.destination({ dest: 1, sync: false });
    // A reader that went away (`| head`) is no reason to stop the app.
    opened.on('error', () => {});
    return opened;
  };
  let stream: ReturnType<typeof open> | undefined;
  return {
    write: (line) => {
      stream ??= open();
      stream.write(shown(line));
    },
    close: () => new Promise((resolve) => (stream === undefined ? resolve() : stream.flush(() => resolve()))),
  };
}

/** The line's own end stays. */
function safeJsonLine(line: string): string {
  return `${safeLogJson(line.trimEnd())}\n`;
}

function openFile(settings: LogSettings): LogFile {
  const shown = formatter(settings, false);
  const file = openLogFile(settings, (error) => {
    console.error(`T4_LOG_FILE: ${settings.file} cannot be written (${error.message}). Log lines go there no more.`);
  });
  return { write: (line) => file.write(shown(line)), close: () => file.close() };
}

function formatter({ format }: LogSettings, isColoured: boolean): (line: string) => string {
  return format === 'json' ? safeJsonLine : (line) => textLine(JSON.parse(line) as LogLine, isColoured);
}
