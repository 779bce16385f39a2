/** Behind `<` these begin a tag, an end tag, a comment or a declaration (HTML standard, 13.2.5.6); else `<` is text. */
const beginsMarkup = /^[a-z/!?<]$/i;

/**
 * Text without its tags and comments. `allowed` are the lower-case names of tags that stay as they are written, with
 * their attributes. A tag or a comment that never ends takes the rest of the text with it, as it would in a browser.
 * One pass over the text: what is left of one tag cannot become another one, as in `<<b>script>`.
 */
export function stripTags(html: string, allowed: ReadonlySet<string> = new Set()): string {
  let text = '';
  let at = 0;
  for (;;) {
    const start = nextMarkup(html, at);
    text += html.slice(at, start);
    if (start === html.length) return text;
    const end = markupEnd(html, start);
    const name = /^<\/?([a-z][a-z0-9-]*)/i.exec(html.slice(start, start + 64))?.[1]?.toLowerCase();
    if (name !== undefined && end !== undefined && allowed.has(name)) text += html.slice(start, end);
    at = end ?? html.length;
  }
}

/** Where the next tag or comment begins, or the length of the text. */
function nextMarkup(html: string, from: number): number {
  for (let start = html.indexOf('<', from); start !== -1; start = html.indexOf('<', start + 1)) {
    if (beginsMarkup.test(html.charAt(start + 1))) return start;
  }
  return html.length;
}

/** The index behind a tag or comment, or undefined when it never ends. */
function markupEnd(html: string, start: number): number | undefined {
  // Of `<<b>` the first `<` is dropped alone, and the tag is read from the second one.
  if (html.charAt(start + 1) === '<') return start + 1;
  if (html.startsWith('<!--', start)) {
    const end = html.indexOf('-->', start + 2);
    return end === -1 ? undefined : end + 3;
  }
  return tagEnd(html, start);
}

/**
 * The index behind the `>` of the tag that begins at `start`, or undefined. A `>` in a quoted value does not end the
 * tag; a quote opens a value only behind `=`.
 */
export function tagEnd(html: string, start: number): number | undefined {
  let previous = '';
  for (let index = start + 1; index < html.length; index += 1) {
    const character = html.charAt(index);
    if (character === '>') return index + 1;
    if ((character === '"' || character === "'") && previous === '=') {
      index = html.indexOf(character, index + 1);
      if (index === -1) return undefined;
    }
    if (character.trim() !== '') previous = character;
  }
  return undefined;
}
