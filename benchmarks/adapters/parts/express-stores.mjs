/**
 * The usual stores of express-session, which @fastify/session takes as well. `session` is the module express-session.
 * Resolves to undefined for memory: each of the two has its own.
 */
export async function openExpressStore(session, { store, folder, redis, lifetimeSeconds }) {
  if (store === 'memory') return undefined;
  if (store === 'files') {
    const { default: createFileStore } = await import('session-file-store');
    const FileStore = createFileStore(session);
    return new FileStore({ path: folder, ttl: lifetimeSeconds, logFn: () => {} });
  }
  const { RedisStore } = await import('connect-redis');
  const { createClient } = await import('redis');
  const client = createClient({ socket: { host: redis.host, port: redis.port }, database: redis.database });
  await client.connect();
  return new RedisStore({ client, ttl: lifetimeSeconds });
}
