import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { nameOfHost } from '../connection/host-header.js';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** What reverse proxies add: behind one on this machine every client has a local address. */
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

/**
 * True when the request was made by a program on this machine that asked for this machine: a local peer, no proxy in between,
 * and a local name in Host and in Origin, if there is one. Host, because a web page of anybody may have its own name point to
 * 127.0.0.1 (DNS rebinding); Origin, because one may simply ask for localhost. Both would read what only the developer may see.
 */
export function isFromThisMachine({ socket, headers }: IncomingMessage): boolean {
  return (
    isLoopback(socket.remoteAddress ?? '') &&
    PROXY_HEADERS.every((name) => headers[name] === undefined) &&
    isLocalName(nameOfHost(headers.host ?? '')) &&
    (headers.origin === undefined || isLocalOrigin(headers.origin))
  );
}

/** True for an origin on this machine, such as the development server of a page: `http://localhost:5173`. */
export function isLocalOrigin(origin: string): boolean {
  return URL.canParse(origin) && isLocalName(nameOfHost(new URL(origin).host));
}

/** True for `localhost`, names below it, and addresses that lead to this machine. */
function isLocalName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || isLoopback(name);
}

function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  const version = isIP(plain);
  return version !== 0 && loopback.check(plain, version === 4 ? 'ipv4' : 'ipv6');
}
