import { escapeHtml, type Route } from '@tina4/core';

/** One request that was answered. */
export interface RecentRequest {
  /** Ms since the epoch. */
  readonly startedAt: number;
  readonly method: string;
  /** Without the query: what stands there may be secret. */
  readonly path: string;
  /** 0 when the client hung up before the answer. */
  readonly status: number;
  readonly tookMs: number;
}

/** What `/__dev` shows. */
export interface DevPageContent {
  readonly routes: readonly Route[];
  /** The newest first. */
  readonly recent: readonly RecentRequest[];
  /** The session's data, never its id. */
  readonly session: unknown;
  /** Of several workers each knows its own requests only. */
  readonly pid: number;
}

/** The page as HTML, complete in itself: it loads nothing. */
export function devPageHtml({ routes, recent, session, pid }: DevPageContent): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Tina4 development</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #8884}
td{overflow-wrap:anywhere}pre{overflow:auto;padding:1rem;border:1px solid #8886;border-radius:.4rem}
</style>
</head>
<body>
<h1>Tina4 development</h1>
<h2>Session of this browser</h2>
<pre>${escapeHtml(JSON.stringify(session, null, 2))}</pre>
<h2>Recent requests (process ${pid})</h2>
${table(['Time', 'Method', 'Path', 'Status', 'Took'], recent.map(requestRow))}
<h2>Routes</h2>
${table(['Method', 'Path', 'File'], routes.map(routeRow))}
<p>This page is shown to browsers on this machine because TINA4_DEBUG is on.</p>
</body>
</html>
`;
}

function requestRow({ startedAt, method, path, status, tookMs }: RecentRequest): string[] {
  const time = new Date(startedAt).toISOString().slice(11, 23);
  return [time, method, path, status === 0 ? 'cut' : String(status), `${Math.round(tookMs)} ms`];
}

function routeRow(route: Route): string[] {
  return [route.method, route.pattern.source, route.sourceFile ?? ''];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (name: 'th' | 'td', texts: readonly string[]): string =>
    `<tr>${texts.map((text) => `<${name}>${escapeHtml(text)}</${name}>`).join('')}</tr>`;
  return `<table>\n<thead>${cells('th', head)}</thead>\n<tbody>\n${rows.map((row) => cells('td', row)).join('\n')}\n</tbody>\n</table>`;
}
