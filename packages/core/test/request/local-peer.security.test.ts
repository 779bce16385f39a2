import type { IncomingMessage } from 'node:http';
import { expect, test } from '@jest/globals';
import { isFromThisMachine } from '../../src/request/local-peer.js';

function rawRequest(remoteAddress: string, headers: Record<string, string> = {}): IncomingMessage {
  return { socket: { remoteAddress }, headers: { host: 'localhost:7148', ...headers } } as unknown as IncomingMessage;
}

test.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])('a peer at %s is on this machine', (address) => {
  expect(isFromThisMachine(rawRequest(address))).toBe(true);
});

test.each(['203.0.113.9', '10.0.0.1', '::ffff:203.0.113.9', 'fe80::1', '', '127.0.0.1x'])(
  'a peer at "%s" is not on this machine',
  (address) => {
    expect(isFromThisMachine(rawRequest(address))).toBe(false);
  },
);

test.each<Record<string, string>>([
  { host: 'app.localhost' },
  { host: 'LOCALHOST:7148' },
  { host: '127.0.0.1:7148' },
  { host: '[::1]:7148' },
  { origin: 'http://localhost:5173' },
  { origin: 'http://[::1]:5173' },
])('a local peer that says %j is on this machine', (headers) => {
  expect(isFromThisMachine(rawRequest('127.0.0.1', headers))).toBe(true);
});

test.each<Record<string, string>>([
  { host: '' },
  { host: '[::1' },
  { host: 'localhost.evil.example' },
  { host: 'evil.example' },
  { host: '127.0.0.1.evil.example:7148' },
  { origin: 'https://evil.example' },
  { origin: 'https://localhost.evil.example' },
  { origin: 'null' },
  { origin: '' },
  { 'x-forwarded-for': '203.0.113.9' },
  { forwarded: 'for=203.0.113.9' },
  { via: '1.1 proxy' },
])('a local peer that says %j is not on this machine', (headers) => {
  expect(isFromThisMachine(rawRequest('127.0.0.1', headers))).toBe(false);
});
