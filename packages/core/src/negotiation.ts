import type { IncomingMessage } from 'node:http';
import type { Accepts } from 'accepts';
import { lazyPackage } from './lazy-package.js';

const accepts = lazyPackage<typeof import('accepts')>('accepts', import.meta.url);

/** The best of `types` for the Accept header of a request, or false. The client's order counts, then that of `types`. */
export function acceptedType(raw: IncomingMessage, types: readonly string[]): string | false {
  return accepts()(raw).type([...types]) as string | false;
}

/** All that a request says about what it takes, in the terms of the package `accepts`: for middleware that knows Express. */
export function preferences(raw: IncomingMessage): Accepts {
  return accepts()(raw);
}

/** The part of the package behind `accepts` that its own methods do not hand on. */
interface WithNegotiator {
  readonly negotiator: {
    encodings(codings: readonly string[], options: { readonly preferred: readonly string[] }): string[];
  };
}

/**
 * The one of `codings` that the client prefers (RFC 9110, section 12.5.3), or undefined when it takes none. Where it takes
 * several equally well, the first of `codings` wins: browsers name gzip first and mean nothing by it.
 */
export function acceptedCoding<Coding extends string>(
  raw: IncomingMessage,
  codings: readonly Coding[],
): Coding | undefined {
  if (raw.headers['accept-encoding'] === undefined) return undefined;
  const { negotiator } = accepts()(raw) as unknown as WithNegotiator;
  return negotiator.encodings(codings, { preferred: codings })[0] as Coding | undefined;
}
