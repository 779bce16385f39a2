import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Sessions by hand for the floor: read when a handler asks, written when it changed something, nothing in between. The last
 * writer wins.
 */
export async function openFloorSessions(context) {
  const store = await stores[context.store](context);
  return {
    async open(req) {
      const id = idOf(req.headers.cookie);
      const data = id === undefined ? undefined : await store.read(id);
      return data === undefined ? { id: randomBytes(24).toString('base64url'), data: {}, isNew: true } : { id, data };
    },
    async save({ id, data, isNew }, res) {
      if (isNew) res.setHeader('set-cookie', `sid=${id}; Path=/; HttpOnly; SameSite=Lax`);
      await store.write(id, data);
    },
  };
}

function idOf(header) {
  return /(?:^|; )sid=([\w-]{32})(?:;|$)/.exec(header ?? '')?.[1];
}

const stores = {
  memory() {
    const entries = new Map();
    return { read: (id) => entries.get(id), write: (id, data) => void entries.set(id, data) };
  },

  files({ folder }) {
    return {
      async read(id) {
        const text = await readFile(join(folder, id), 'utf8').catch((error) => {
          if (error.code !== 'ENOENT') throw error;
        });
        return text === undefined ? undefined : JSON.parse(text);
      },
      // Readers must never see half a file, so even the floor renames.
      async write(id, data) {
        const draft = join(folder, `${id}.${randomBytes(6).toString('hex')}`);
        await writeFile(draft, JSON.stringify(data));
        await rename(draft, join(folder, id));
      },
    };
  },

  async redis({ redis, lifetimeSeconds }) {
    const { openRedis } = await import('./redis-client.mjs');
    const client = openRedis(redis);
    return {
      async read(id) {
        const text = await client.get(id);
        return text === null ? undefined : JSON.parse(text);
      },
      write: (id, data) => client.set(id, JSON.stringify(data), 'EX', lifetimeSeconds),
    };
  },
};
