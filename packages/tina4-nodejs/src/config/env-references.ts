/** References that are put into a value; longer than any real one, and short enough for the environment of a process. */
const MAX_LENGTH = 65_536;

// `\${`, `${NAME}` or `${NAME:-text}`.
const reference = /\\\$\{|\$\{([A-Za-z_][\w.-]*?)(?::-([^{}\n]*))?\}/g;

/**
 * Puts the values of variables into a text: `${NAME}`, or `${NAME:-text}` for the text where it is unset or empty; `\${` is a
 * plain `${`. What a value holds is not looked at again. `problems` are ends of sentences: what leads nowhere, and a text that grew
 * beyond 64 KiB, which is then cut.
 */
export function expandReferences(
  value: string,
  lookUp: (name: string) => string | undefined,
): { readonly text: string; readonly problems: readonly string[] } {
  const problems: string[] = [];
  if (!value.includes('${')) return { text: value, problems };
  let text = '';
  let end = 0;
  for (const match of value.matchAll(reference)) {
    const [whole, name, otherwise] = match;
    text += value.slice(end, match.index) + valueOfMatch(name, otherwise);
    end = match.index + whole.length;
    // Each line may double the one above: forty lines would be a terabyte.
    if (text.length > MAX_LENGTH) break;
  }
  text += value.slice(end);
  if (text.length <= MAX_LENGTH) return { text, problems };
  return { text: '', problems: [...problems, 'is longer than 64 KiB with the values that it refers to. Shorten it.'] };

  function valueOfMatch(name: string | undefined, otherwise: string | undefined): string {
    if (name === undefined) return '${';
    const known = lookUp(name);
    if (otherwise !== undefined) return known || otherwise;
    if (known === undefined) {
      problems.push(
        `refers to \${${name}}, which is set neither in the environment nor in a line above. ` +
          `Set it before, or write \\\${${name}} for the text itself.`,
      );
    }
    return known ?? '';
  }
}
