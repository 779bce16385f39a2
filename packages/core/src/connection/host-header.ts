import type { IncomingMessage } from 'node:http';
import { type AllowedHosts, hostFilter } from './allowed-hosts.js';

/** RFC 3986, section 3.2.2: a name, or an address in brackets, and a port. Each character is looked at once. */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]*|\[[\w.:%~-]+\])(?::\d*)?$/;

/** How a request is refused for its Host: ambiguous or none at all, or not one that this server answers to. */
export type HostRefusal = 400 | 421;

/**
 * Tells requests whose Host lines are those of RFC 9112, section 3.2: not two, and nothing but a host, from others (400). What two
 * servers could read as two hosts leads to poisoned caches and links; that there is one at all is seen to by Node. With
 * `allowed`, a host that is none of those is refused too (421, RFC 9110, section 15.5.20); a client of HTTP/1.0 may name none. The
 * raw lines are looked at, since Node drops the second of two, and has made no object of them yet.
 */
export function hostChecker(allowed?: AllowedHosts): (raw: IncomingMessage) => HostRefusal | undefined {
  const isAllowed = allowed === undefined ? undefined : hostFilter(allowed);
  let lastGood: string | undefined;
  return ({ rawHeaders }) => {
    let host: string | undefined;
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = rawHeaders[index] as string;
      if (name.length !== 4 || name.toLowerCase() !== 'host') continue;
      if (host !== undefined) return 400;
      host = rawHeaders[index + 1] as string;
    }
    if (host === undefined || host === lastGood) return undefined;
    if (!HOST.test(host)) return 400;
    if (isAllowed?.(nameOfHost(host)) === false) return 421;
    lastGood = host;
    return undefined;
  };
}

/** The name or address in a Host header, in lower case, without port, brackets and the final dot of a full name. */
export function nameOfHost(host: string): string {
  const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : (host.split(':', 1)[0] as string);
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
}
