/**
 * What a client sent may be part of a log line: a line feed would let it write lines of its own, an escape sequence would steer the
 * operator's terminal, a mark of direction would make a line read as another. Controls (U+0080 to U+009F are as good as ESC), line
 * and paragraph separators, and format characters are therefore written as `\u….`
 */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** A message that is safe to show. Line feeds of stack traces stay, indented, so that they cannot look like a line. */
export function safeLogMessage(text: string): string {
  return text
    .replace(/\r?\n\s*/g, '\n    ')
    .replace(UNSAFE, (character) => (character === '\n' || character === '\t' ? character : escaped(character)));
}

/** JSON text that is safe to show, and means the same: outside of its strings nothing of the kind stands. */
export function safeLogJson(json: string): string {
  return json.replace(UNSAFE, escaped);
}

/** By UTF-16 code units, as JSON has it. */
function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');
}
