import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import type { HeaderValue } from '../response/headers.js';
import { Response } from '../response/response.js';
import { defineOwn } from './own-members.js';

/**
 * Lets status and headers that are set on Node's response go to `res` while the answer is only recorded, and the other way round,
 * so that both say the same: what middleware sets is sent with the answer, replaced by the handler, or forgotten with a failed
 * attempt, as if it had been set on `res`. From the first byte on Node's own methods work again.
 */
export function recordHead(raw: ServerResponse, res: Response): void {
  const { setHeader, getHeader, removeHeader, hasHeader, getHeaders, getHeaderNames, appendHeader } = raw;
  const isRecording = (): boolean => Response.isRecording(res);

  defineOwn(raw, {
    setHeader(name: string, value: OutgoingHttpHeader): ServerResponse {
      if (!isRecording()) return setHeader.call(raw, name, value);
      // How the answer is cut into pieces is Node's to say; proxies hand on what another server said.
      if (name.toLowerCase() !== 'transfer-encoding') res.header(name, value as HeaderValue);
      return raw;
    },
    getHeader: (name: string) => (isRecording() ? res.getHeader(name) : getHeader.call(raw, name)),
    removeHeader(name: string): void {
      if (isRecording()) res.removeHeader(name);
      else removeHeader.call(raw, name);
    },
    hasHeader: (name: string) => (isRecording() ? res.hasHeader(name) : hasHeader.call(raw, name)),
    getHeaders: () => (isRecording() ? res.getHeaders() : getHeaders.call(raw)),
    getHeaderNames: () => (isRecording() ? Object.keys(res.getHeaders()) : getHeaderNames.call(raw)),
    appendHeader(name: string, value: string | readonly string[]): ServerResponse {
      if (!isRecording()) return appendHeader.call(raw, name, value);
      for (const one of typeof value === 'string' ? [value] : value) res.addHeader(name, one);
      return raw;
    },
    setHeaders(headers: Headers | Map<string, OutgoingHttpHeader>): ServerResponse {
      for (const [name, value] of headers) raw.setHeader(name, value);
      return raw;
    },
  });

  let sentStatus: number | undefined;
  Object.defineProperty(raw, 'statusCode', {
    get: () => sentStatus ?? res.statusCode,
    set: (code: number) => {
      if (isRecording()) res.statusCode = code;
      else sentStatus = code;
    },
    enumerable: true,
    configurable: true,
  });
  Object.defineProperty(raw, 'headersSent', {
    // Middleware asks this to know whether somebody has answered: true also while the session is being stored.
    get: () => Response.rawAnswerOf(res) !== undefined || Boolean((raw as { _header?: unknown })._header),
    configurable: true,
  });
}
