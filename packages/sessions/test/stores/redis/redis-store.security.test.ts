import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { describeService } from '../../../../../test/services/describe-service.js';
import { findFreePort } from '../../../../../test/services/free-port.js';
import type { PrivateServer } from '../../../../../test/services/private-server.js';
import { startRedis } from '../../../../../test/services/redis.js';
import { runStoreProcesses } from '../store-processes.js';
import { inAnHour, newKey, RedisClients } from './redis-clients.js';

describeService('redis', () => {
  const clients = new RedisClients();
  let server: PrivateServer;
  let folder: string;
  let tlsPort: number;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tina4-redis-tls-'));
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
    const newCertificate = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files];
    await promisify(execFile)('openssl', newCertificate);
    tlsPort = await findFreePort();
    const tls = ['--tls-port', String(tlsPort), '--tls-cert-file', join(folder, 'cert.pem')];
    const key = ['--tls-key-file', join(folder, 'key.pem'), '--tls-auth-clients', 'no'];
    server = await startRedis({ password: 'p4ss:w/rd', args: [...tls, ...key] });
  });
  afterEach(() => clients.close());
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const tlsUrl = () => `rediss://:${encodeURIComponent('p4ss:w/rd')}@localhost:${tlsPort}`;

  test('a TLS server whose certificate nobody vouches for is refused, with the reason', async () => {
    const store = await clients.store({ url: tlsUrl() });
    const reading = store.read(newKey());
    await expect(reading).rejects.toMatchObject({ code: 'T4_STORE_UNAVAILABLE' });
    await expect(reading).rejects.toThrow(/self.signed certificate/);
    await expect(reading).rejects.not.toThrow('p4ss');
  });

  test('a TLS server whose certificate is trusted is used', async () => {
    const settings = { backend: 'redis', url: tlsUrl(), prefix: 'tls:' } as const;
    const trust = { NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') };
    expect(await runStoreProcesses('redis', settings, [{ task: 'create' }], trust)).toEqual([true]);
    expect(await clients.raw(server.url).keys('tls:*')).toHaveLength(1);
  });

  test('a failure carries neither text nor key of the session', async () => {
    const store = await clients.store({ url: server.url });
    const key = newKey();
    await clients.raw(server.url).hset(`tina4:session:{${key}}`, 'a', 'b');
    const creating = Promise.resolve(store.create(key, { text: '{"card":"4111"}', expiresAt: inAnHour() }));
    const error = await creating.catch((reason: unknown) => reason);
    const shown = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).stack);
    expect(shown).toContain('WRONGTYPE');
    expect(shown).not.toContain('4111');
    expect(shown).not.toContain(key);
  });

  test('text that looks like a reply, a lease or another entry stays text', async () => {
    const store = await clients.store({ url: server.url });
    const texts = ['B 1000 x', 'E OOM', 'C 1 v 9999999999999 t', '1 v 9999999999999 t', ' ', '\r\n$-1\r\n'];
    const stored = await Promise.all(
      texts.map(async (text) => {
        const key = newKey();
        await store.create(key, { text, expiresAt: inAnHour() });
        const held = await store.lock(key, { owner: 'o'.repeat(22), label: 'B 1 C E', durationMs: 1000 });
        return held.outcome === 'held' ? held.session.text : held.outcome;
      }),
    );
    expect(stored).toEqual(texts);
  });
});
