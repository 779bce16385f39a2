import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** koa-session keeps sessions in the cookie and leaves stores to its user: these are the three methods it asks for. */
export function openKoaStore(context) {
  return stores[context.store](context);
}

const stores = {
  memory() {
    const entries = new Map();
    return {
      get: async (key) => entries.get(key),
      set: async (key, value) => void entries.set(key, value),
      destroy: async (key) => void entries.delete(key),
    };
  },

  files({ folder }) {
    const fileOf = (key) => join(folder, createHash('sha256').update(key).digest('hex'));
    return {
      get: async (key) => {
        const text = await readFile(fileOf(key), 'utf8').catch(() => undefined);
        return text === undefined ? undefined : JSON.parse(text);
      },
      set: (key, value) => writeFile(fileOf(key), JSON.stringify(value)),
      destroy: (key) => rm(fileOf(key), { force: true }),
    };
  },

  async redis({ redis }) {
    const { openRedis } = await import('./redis-client.mjs');
    const client = openRedis(redis);
    return {
      get: async (key) => {
        const text = await client.get(key);
        return text === null ? undefined : JSON.parse(text);
      },
      set: async (key, value, maxAgeMs) => void (await client.set(key, JSON.stringify(value), 'PX', maxAgeMs)),
      destroy: async (key) => void (await client.del(key)),
    };
  },
};
