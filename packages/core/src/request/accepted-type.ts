import type { IncomingMessage } from 'node:http';
import accepts from 'accepts';

/** The best of `types` for the Accept header of a request, or false. */
export function acceptedType(raw: IncomingMessage, types: readonly string[]): string | false {
  return accepts(raw).type([...types]) as string | false;
}
