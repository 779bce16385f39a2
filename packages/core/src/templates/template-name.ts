import type { TemplateRenderer } from '../app-context.js';
import type { Request } from '../request/request.js';

/** White space and what HTML is made of: text with any of it is meant to be shown. */
const isShownText = /[\s<>&"']/;

/**
 * Whether the text that a handler gave to `res.html`, and nothing else, is the name of a template and not text to show. It
 * is when there is such a file, the text holds neither white space nor markup, and the client did not send it: no
 * query or route parameter, cookie, header, or key or value of the body may be that text, or whoever writes a
 * name into a form would choose what is rendered.
 */
export function isTemplateName(text: string, templates: TemplateRenderer | undefined, req: Request): boolean {
  if (templates === undefined || isShownText.test(text) || !templates.has(text)) return false;
  const name = text.toLowerCase();
  const isName = (value: unknown) => typeof value === 'string' && value.trim().toLowerCase() === name;
  const sent = [
    req.params,
    req.body,
    req.cookies,
    req.raw.rawHeaders,
    [...new URLSearchParams(req.queryString)].flat(),
  ];
  return !sent.some((part) => holds(part, isName));
}

/** Whether a key or value anywhere in what a client sent is what is looked for. Every entry is looked at once. */
function holds(sent: unknown, isWanted: (value: unknown) => boolean): boolean {
  const left: unknown[] = [sent];
  const seen = new Set<unknown>();
  while (left.length > 0) {
    const value = left.pop();
    if (isWanted(value)) return true;
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) continue;
    seen.add(value);
    if (!Array.isArray(value) && Object.keys(value).some(isWanted)) return true;
    for (const entry of Object.values(value)) left.push(entry);
  }
  return false;
}
