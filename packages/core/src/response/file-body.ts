import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { lazyPackage } from '../lazy-package.js';
import type { BodyWriter } from './response.js';

const contentDisposition = lazyPackage<typeof import('content-disposition')>('content-disposition', import.meta.url);
const send = lazyPackage<typeof import('send')>('send', import.meta.url);

/** The file's state, or undefined when there is no file that can be read. */
export async function statFile(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file);
  } catch {
    // Whatever the reason (absent, too long a name, no right to look): there is nothing to serve.
    return undefined;
  }
}

/**
 * Writes a file that exists: type by extension unless set, length, ETag, Last-Modified, ranges and conditional requests
 * (RFC 9110, sections 13 and 14).
 */
export function fileBody(file: string): BodyWriter {
  return (raw, head) => {
    raw.statusCode = head.status;
    for (const [name, value] of Object.entries(head.headers)) if (value !== undefined) raw.setHeader(name, value);
    const options = { root: path.dirname(file), dotfiles: 'allow', cacheControl: false, index: false } as const;
    const stream = send()(raw.req, `/${encodeURIComponent(path.basename(file))}`, options);
    // What lies there may be edited at any time: the client asks again and usually gets a 304.
    if (!raw.hasHeader('Cache-Control')) raw.setHeader('Cache-Control', 'no-cache, must-revalidate');
    return new Promise((resolve) => {
      raw.once('close', resolve);
      stream.on('error', (error: { status?: number }) => {
        if (raw.headersSent) raw.destroy();
        else raw.writeHead(error.status ?? 500).end();
      });
      stream.pipe(raw);
    });
  };
}

/** The Content-Disposition of a download; names outside ASCII are sent in both forms (RFC 6266, section 4.3). */
export function attachment(name: string): string {
  return contentDisposition()(path.basename(name), { type: 'attachment' });
}
