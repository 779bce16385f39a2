import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppContext } from '../app-context.js';
import type { Request } from '../request/request.js';
import type { Response } from '../response/response.js';

/** Node's request with what Express and its middleware put on it. */
export interface NodeRequest extends IncomingMessage {
  // biome-ignore lint/suspicious/noExplicitAny: middleware sets, reads and calls whatever it likes on it
  [name: string]: any;
}

/** Node's response with what Express and its middleware put on it. */
export interface NodeResponse extends ServerResponse {
  // biome-ignore lint/suspicious/noExplicitAny: middleware sets, reads and calls whatever it likes on it
  [name: string]: any;
}

/** What is behind the Node objects that middleware is given. */
export interface Behind {
  readonly req: Request;
  readonly res: Response;
  readonly context: AppContext;
}

const behind = new WeakMap<object, Behind>();

/** Notes what is behind a Node request and its response. */
export function linkNodeObjects(raw: IncomingMessage, rawResponse: ServerResponse, ours: Behind): void {
  behind.set(raw, ours);
  behind.set(rawResponse, ours);
}

/** What is behind one that was handed over. */
export function behindOf(node: object): Behind {
  return behind.get(node) as Behind;
}
