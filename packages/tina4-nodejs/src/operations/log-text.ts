import { safeLogJson, safeLogMessage } from '@tina4/core';

/** A log line as data. */
export interface LogLine {
  readonly timestamp: string;
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

const COLOURS: Readonly<Record<string, number>> = { DEBUG: 90, INFO: 36, WARNING: 33, ERROR: 31 };

/** A line for people: time, level, message, and the context as JSON, without characters that could mislead. */
export function textLine(line: LogLine, isColoured: boolean): string {
  const { timestamp, level, message, ...context } = line;
  const name = level.padEnd(7);
  const shownLevel = isColoured ? `\u001b[${COLOURS[level] ?? 0}m${name}\u001b[0m` : name;
  const shownContext = Object.keys(context).length === 0 ? '' : ` ${safeLogJson(JSON.stringify(context))}`;
  return `${timestamp} ${shownLevel} ${safeLogMessage(String(message))}${shownContext}\n`;
}
