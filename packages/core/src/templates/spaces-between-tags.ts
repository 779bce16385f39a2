/** Elements whose white space is part of what the reader sees or the browser runs. */
const preserved = /<(pre|textarea|script|style)\b[^>]*>[\s\S]*?<\/\1\s*>/gi;

/** `{% spaceless %}`: takes away what is only white space between two tags. */
export function removeSpacesBetweenTags(html: string): string {
  return html.trim().replace(/>\s+</g, '><');
}

/**
 * Makes a page smaller: white space between two tags becomes one space, so that words in neighbouring inline
 * elements stay apart. The contents of pre, textarea, script and style are left as they are.
 */
export function minifyHtml(html: string): string {
  let minified = '';
  let end = 0;
  for (const match of html.matchAll(preserved)) {
    minified += collapse(html.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return (minified + collapse(html.slice(end))).trim();
}

/** Also at the ends of a piece, which border on a preserved element's tags. */
function collapse(html: string): string {
  return html.replace(/(^|>)\s+(?=<|$)/g, '$1 ');
}
