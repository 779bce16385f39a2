/** One variable of a `.env` text, as it stands there. */
export interface EnvEntry {
  /** The lines of it, joined by line feeds. */
  readonly text: string;
  /** Number of its first line, from 1. */
  readonly line: number;
  /** Its value stands in single quotes or backticks, so that nothing in it means anything else. */
  readonly isLiteral: boolean;
}

// A quoted value may hold line breaks and must be closed by the same quote, with at most a comment behind it.
const entry =
  /^\s*(?:export\s+)?[\w.-]+\s*=[^\S\n]*(?:'(?:\\'|[^'])*'[^\S\n]*(?:#[^\n]*)?|"(?:\\"|[^"])*"[^\S\n]*(?:#[^\n]*)?|`(?:\\`|[^`])*`[^\S\n]*(?:#[^\n]*)?|(?!['"`])[^\n]*)$/;

/** Splits a `.env` text into its variables and the numbers of the lines that start nothing dotenv would read, and pass over in silence. */
export function splitEnvFile(text: string): { readonly entries: EnvEntry[]; readonly brokenLines: number[] } {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const entries: EnvEntry[] = [];
  const brokenLines: number[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (/^\s*(#|$)/.test(line)) continue;
    const quote = /^\s*(?:export\s+)?[\w.-]+\s*=[^\S\n]*(['"`])/.exec(line)?.[1];
    const found = quote === undefined ? [line].filter((only) => entry.test(only)) : quotedEntry(lines, index, quote);
    const [whole] = found;
    if (whole === undefined) {
      brokenLines.push(index + 1);
      continue;
    }
    entries.push({ text: whole, line: index + 1, isLiteral: quote === "'" || quote === '`' });
    index += whole.split('\n').length - 1;
  }
  return { entries, brokenLines };
}

/** The entry that begins on a line and whose value is quoted; nothing when it is never closed. */
function quotedEntry(lines: readonly string[], first: number, quote: string): string[] {
  let text = '';
  for (let last = first; last < lines.length; last++) {
    text += last === first ? lines[last] : `\n${lines[last]}`;
    // Only a line that holds the quote can close the value, so long values are not matched again and again.
    if (lines[last]?.includes(quote) && entry.test(text)) return [text];
  }
  return [];
}
