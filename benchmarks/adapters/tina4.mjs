import process from 'node:process';
import { projectFolder, tina4Module } from '../prepare/tina4.mjs';

/** Ours as users have it: the packed archives, installed by npm beside the projects in prepare/tina4-projects/. */
export const adapter = {
  title: 'tina4',
  packages: { plain: ['tina4-nodejs'], session: ['tina4-nodejs', 'ioredis'] },
  stores: ['memory', 'files', 'redis'],
  async start(context) {
    process.chdir(projectFolder(context.app));
    Object.assign(process.env, environmentOf(context));
    const { startServer } = await import(tina4Module());
    const server = await startServer({ port: 0, host: '127.0.0.1' });
    return server.port;
  },
};

/** Everything else keeps its default. */
export function environmentOf({ app, store, folder, redis, lifetimeSeconds, shops }) {
  const environment = { TINA4_SUPPRESS: 'true' };
  if (shops !== undefined) environment.BENCH_SHOPS = String(shops);
  if (app === 'plain') return environment;
  return {
    ...environment,
    TINA4_SESSION_BACKEND: { memory: 'memory', files: 'file', redis: 'redis' }[store],
    TINA4_SESSION_LIFETIME: String(lifetimeSeconds),
    ...(store === 'files' ? { TINA4_SESSION_PATH: folder } : {}),
    ...(store === 'redis'
      ? { TINA4_SESSION_URL: `redis://${redis.host}:${redis.port}`, TINA4_SESSION_DB: String(redis.database) }
      : {}),
  };
}
