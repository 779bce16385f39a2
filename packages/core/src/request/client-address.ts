import type { IncomingMessage } from 'node:http';
import { lazyPackage } from '../lazy-package.js';

const proxyAddr = lazyPackage<typeof import('proxy-addr')>('proxy-addr', import.meta.url);

/** Decides whether the peer at `address` may tell who the client is. */
export type TrustProxy = (address: string, hop: number) => boolean;

/**
 * `proxies` are addresses, CIDR ranges or the names `loopback`, `linklocal`, `uniquelocal`. Loopback is always trusted: a
 * reverse proxy on the same machine is the usual setup. Throws a TypeError naming a range that is none.
 */
export function trustProxies(proxies: readonly string[]): TrustProxy {
  if (proxies.length > 0) return proxyAddr().compile(['loopback', ...proxies]);
  let isLoopback: TrustProxy | undefined;
  return (address, hop) => {
    isLoopback ??= proxyAddr().compile('loopback');
    return isLoopback(address, hop);
  };
}

/**
 * The client's address: the nearest hop of X-Forwarded-For that is not a trusted proxy, else X-Real-IP from a trusted peer,
 * else the peer's own. IPv4 in IPv6 is written as IPv4.
 */
export function clientAddress(raw: IncomingMessage, isTrusted: TrustProxy): string {
  const peer = raw.socket.remoteAddress ?? '';
  if (!isTrusted(peer, 0)) return plainAddress(peer);
  if (raw.headers['x-forwarded-for'] !== undefined) return plainAddress(proxyAddr()(raw, isTrusted));
  const real = raw.headers['x-real-ip'];
  return plainAddress(typeof real === 'string' && real !== '' ? real : peer);
}

/** True over TLS, or when a trusted peer says that the client used HTTPS (first hop of X-Forwarded-Proto). */
export function isHttpsRequest(raw: IncomingMessage, isTrusted: TrustProxy): boolean {
  if ((raw.socket as { encrypted?: boolean }).encrypted === true) return true;
  const forwarded = raw.headers['x-forwarded-proto'];
  if (typeof forwarded !== 'string' || !isTrusted(raw.socket.remoteAddress ?? '', 0)) return false;
  return forwarded.split(',', 1)[0]?.trim().toLowerCase() === 'https';
}

function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}
