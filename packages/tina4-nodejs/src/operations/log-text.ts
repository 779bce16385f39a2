/** A log line as data. */
export interface LogLine {
  readonly timestamp: string;
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

const COLOURS: Readonly<Record<string, number>> = { DEBUG: 90, INFO: 36, WARNING: 33, ERROR: 31 };

/** A line for people: time, level, message, and the context as JSON. Control characters are escaped, see below. */
export function textLine(line: LogLine, isColoured: boolean): string {
  const { timestamp, level, message, ...context } = line;
  const name = level.padEnd(7);
  const shownLevel = isColoured ? `\u001b[${COLOURS[level] ?? 0}m${name}\u001b[0m` : name;
  const shownContext = Object.keys(context).length === 0 ? '' : ` ${JSON.stringify(context)}`;
  return `${timestamp} ${shownLevel} ${escapeControls(String(message))}${shownContext}\n`;
}

/**
 * What a client sent may be part of a message: a line feed would let it write log lines of its own, an escape sequence would
 * steer the operator's terminal. Line feeds of stack traces stay, indented, so that they cannot look like a line.
 */
function escapeControls(text: string): string {
  return text
    .replace(/\r?\n\s*/g, '\n    ')
    .replace(/[\p{Cc}\p{Cf}]/gu, (character) =>
      character === '\n' || character === '\t'
        ? character
        : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}
