import { lazyPackage } from '../lazy-package.js';

const encodeUrl = lazyPackage<typeof import('encodeurl')>('encodeurl', import.meta.url);

/** An address as a Location header can carry it: percent-encoded where it is not already. */
export function encodeLocation(url: string): string {
  return encodeUrl()(url);
}
