import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** What reverse proxies add: behind one on this machine every client has a local address. */
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

/**
 * True when the request was made by a program on this machine that asked for this machine: a local peer, no proxy in between,
 * and a local name in Host. The last one because a web page of anybody may have its own name point to 127.0.0.1 (DNS
 * rebinding) and would then read what only the developer may see.
 */
export function isFromThisMachine(raw: IncomingMessage): boolean {
  return (
    isLoopback(raw.socket.remoteAddress ?? '') &&
    PROXY_HEADERS.every((name) => raw.headers[name] === undefined) &&
    isLocalName(raw.headers.host ?? '')
  );
}

function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  const version = isIP(plain);
  return version !== 0 && loopback.check(plain, version === 4 ? 'ipv4' : 'ipv6');
}

function isLocalName(host: string): boolean {
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost') || isLoopback(name);
}
