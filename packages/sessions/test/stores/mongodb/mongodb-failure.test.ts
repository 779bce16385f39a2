/** What is said of a server that cannot be used: the reason that the driver found, and no secret. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { inspect } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import { BSON } from 'mongodb';
import { describeService } from '../../../../../test/services/describe-service.js';
import { openMongodbStore } from '../../../src/stores/mongodb/mongodb-store.js';

const key = randomBytes(32).toString('hex');
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function portOf(server: Server): Promise<number> {
  closing.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** The failure of a read; its text has the reason and nothing that holds the password. */
async function failureAt(url: string): Promise<string> {
  const store = await openMongodbStore({ backend: 'mongodb', url, timeoutMs: 1500 });
  try {
    const error: unknown = await Promise.resolve(store.read(key)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'T4_STORE_UNAVAILABLE', status: 503 });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('hunter2');
    return String(error);
  } finally {
    await store.close();
  }
}

describeService('mongodb', (service) => {
  test('a login that is refused is named', async () => {
    expect(await failureAt(service.url.replace('mongodb://', 'mongodb://bob:hunter2@'))).toContain(
      'refuses the login (AuthenticationFailed)',
    );
  });
});

test('an address that nobody listens at, and one that does not exist, are named', async () => {
  expect(await failureAt('mongodb://bob:hunter2@127.0.0.1:1/shop')).toContain('ECONNREFUSED');
  expect(await failureAt('mongodb://bob:hunter2@nowhere.invalid/shop')).toMatch(/ENOTFOUND|EAI_AGAIN/);
});

test('a certificate that nobody vouches for is named', async () => {
  const folder = mkdtempSync(join(tmpdir(), 't4-mongodb-tls-'));
  closing.push(() => rmSync(folder, { recursive: true }));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-days', '2', '-keyout', keyFile, '-out', certFile];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject], { stdio: 'ignore' });
  const server = createTlsServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) });
  server.on('tlsClientError', () => undefined);

  const url = `mongodb://bob:hunter2@localhost:${await portOf(server)}/shop?tls=true`;

  expect(await failureAt(url)).toMatch(/TLS settings do not fit \(\w*SELF_SIGNED\w*\)/);
});

test('a server that is too old for the driver is named with both versions', async () => {
  // No such server can be had: this one answers the first question of every driver as MongoDB 3.6 does.
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (request) => {
      const hello = { ok: 1, ismaster: true, minWireVersion: 0, maxWireVersion: 6, maxBsonObjectSize: 16_777_216 };
      const document = BSON.serialize(hello);
      const head = Buffer.alloc(36);
      head.writeInt32LE(36 + document.length, 0);
      head.writeInt32LE(request.readInt32LE(4), 8); // whose answer it is
      head.writeInt32LE(1, 12); // OP_REPLY
      head.writeInt32LE(1, 32); // one document
      socket.write(Buffer.concat([head, document]));
    });
  });

  const text = await failureAt(`mongodb://bob:hunter2@127.0.0.1:${await portOf(server)}/shop`);

  expect(text).toMatch(/speaks wire version 6, and the installed driver needs at least \d+\./);
});
