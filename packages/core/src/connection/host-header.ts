import type { IncomingMessage } from 'node:http';

/** RFC 3986, section 3.2.2: a name, or an address in brackets, and a port. Each character is looked at once. */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]*|\[[\w.:%~-]+\])(?::\d*)?$/;

/**
 * Tells requests whose Host lines are those of RFC 9112, section 3.2: not two, and nothing but a host. What two servers could read
 * as two hosts leads to poisoned caches and links; that there is one at all is seen to by Node. The raw lines are looked at, since
 * Node drops the second of two, and has made no object of them yet.
 */
export function hostChecker(): (raw: IncomingMessage) => boolean {
  let lastGood = '';
  return ({ rawHeaders }) => {
    let host: string | undefined;
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = rawHeaders[index] as string;
      if (name.length !== 4 || name.toLowerCase() !== 'host') continue;
      if (host !== undefined) return false;
      host = rawHeaders[index + 1] as string;
    }
    if (host === undefined || host === lastGood) return true;
    if (!HOST.test(host)) return false;
    lastGood = host;
    return true;
  };
}
