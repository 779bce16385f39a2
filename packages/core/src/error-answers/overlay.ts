import { readFile } from 'node:fs/promises';
import { appFrames, type StackFrame } from '../errors/stack-frames.js';
import { escapeHtml } from '../escape-html.js';
import type { Request } from '../request/request.js';

const LINES_AROUND = 5;
const SECRET_NAME = /pass|secret|token|key|authorization|cookie|session|csrf/i;

/** The debug page of an error: message, the source lines around the first frame of the app, the stack, and the request. */
export async function overlayPage(error: Error, req: Request): Promise<string> {
  const frame = appFrames(error)[0];
  const source = frame === undefined ? '' : await sourceLines(frame);
  const details = { method: req.method, url: maskQuery(req.url), headers: mask(req.headers), body: mask(req.body) };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(error.name)}: ${escapeHtml(error.message)}</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.3rem;color:#c0182b;overflow-wrap:anywhere}h2{font-size:1rem;margin-top:2rem}
pre{overflow:auto;padding:1rem;border:1px solid #8886;border-radius:.4rem}mark{display:block}
</style>
</head>
<body>
<h1>${escapeHtml(error.name)}: ${escapeHtml(error.message)}</h1>
${source}
<h2>Stack</h2><pre>${escapeHtml(error.stack ?? '')}</pre>
<h2>Request</h2><pre>${escapeHtml(JSON.stringify(details, null, 2))}</pre>
<p>This page is shown because TINA4_DEBUG is on.</p>
</body>
</html>
`;
}

async function sourceLines({ file, line }: StackFrame): Promise<string> {
  try {
    const lines = (await readFile(file, 'utf8')).split('\n');
    const first = Math.max(1, line - LINES_AROUND);
    const shown = lines.slice(first - 1, line + LINES_AROUND).map((text, index) => {
      const number = first + index;
      const row = escapeHtml(`${String(number).padStart(5)}  ${text}`);
      return number === line ? `<mark>${row}</mark>` : `${row}\n`;
    });
    return `<h2>${escapeHtml(file)}:${line}</h2><pre>${shown.join('')}</pre>`;
  } catch {
    // The source may not be there (a packed build); the stack below still is.
    return '';
  }
}

/** What lies deeper is left out: the page is for reading, and a body may hold itself. */
const MAX_DEPTH = 6;

/** A copy that JSON can carry, with the values of telling names hidden. */
function mask(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return '…';
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return value.map((inner) => mask(inner, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, SECRET_NAME.test(name) ? '••••' : mask(inner, depth + 1)]),
  );
}

/** One piece of the query after the other, so that the time is linear whatever a client put there. */
function maskQuery(url: string): string {
  const [path, ...queries] = url.split('?');
  const masked = queries
    .join('?')
    .split('&')
    .map((pair) => {
      const name = pair.slice(0, Math.max(0, pair.indexOf('=')));
      return SECRET_NAME.test(name) ? `${name}=••••` : pair;
    });
  return queries.length === 0 ? url : `${path}?${masked.join('&')}`;
}
