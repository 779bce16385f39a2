import { tagEnd } from './strip-tags.js';

/** Elements whose white space is part of what the reader sees or the browser runs. */
const preservedStart = /<(pre|textarea|script|style)(?=[\s/>])/gi;
const preservedEnds: Readonly<Record<string, RegExp>> = {
  pre: /<\/pre(?=[\s/>])/gi,
  textarea: /<\/textarea(?=[\s/>])/gi,
  script: /<\/script(?=[\s/>])/gi,
  style: /<\/style(?=[\s/>])/gi,
};

/** `{% spaceless %}`: takes away what is only white space between two tags. */
export function removeSpacesBetweenTags(html: string): string {
  return html.trim().replace(/>\s+</g, '><');
}

/**
 * Makes a page smaller: white space between two tags becomes one space, so that words in neighbouring inline
 * elements stay apart. The contents of pre, textarea, script and style are left as they are; one that is never closed
 * reaches to the end of the page.
 */
export function minifyHtml(html: string): string {
  let minified = '';
  let end = 0;
  while (end < html.length) {
    const start = indexOf(preservedStart, html, end) ?? html.length;
    minified += collapse(html.slice(end, start));
    end = preservedEnd(html, start);
    minified += html.slice(start, end);
  }
  return minified.trim();
}

/** The index behind the preserved element that begins at `start`, or the length of the page. */
function preservedEnd(html: string, start: number): number {
  const contents = tagEnd(html, start);
  const name = /^<(\w+)/.exec(html.slice(start, start + 10))?.[1]?.toLowerCase();
  const closing = contents === undefined ? undefined : indexOf(preservedEnds[name as string] as RegExp, html, contents);
  return closing === undefined ? html.length : (tagEnd(html, closing) ?? html.length);
}

function indexOf(pattern: RegExp, text: string, from: number): number | undefined {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index;
}

/** Also at the ends of a piece, which border on a preserved element's tags. */
function collapse(html: string): string {
  return html.replace(/(^|>)\s+(?=<|$)/g, '$1 ');
}
