import { expect, test } from '@jest/globals';
import { ConfigError } from '../../src/config/config-error.js';
import { readConfig } from '../../src/config/read-config.js';

function mistakesOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

test('an empty environment gives the documented defaults', () => {
  const config = readConfig({});
  expect(config.server).toMatchObject({ port: 7148, host: '0.0.0.0', workers: undefined });
  expect(config.session).toMatchObject({ lifetimeSeconds: 3600, lock: 'auto', lockWaitMs: 20_000, timeoutMs: 2000 });
  expect(config.session.cookie).toMatchObject({ name: 'tina4_session', secure: undefined, sameSite: 'Lax' });
  expect(config.session.store).toMatchObject({ backend: 'file', path: 'data/sessions', host: 'localhost' });
  expect(config).toMatchObject({ isDebug: false, warnings: [], log: { level: 'info' } });
});

test('the configuration is frozen at every depth', () => {
  const config = readConfig({});
  expect(Object.isFrozen(config.session.cookie)).toBe(true);
  expect(Object.isFrozen(config.cors.origins)).toBe(true);
});

test('every mistake is told at once, each naming the variable that was really set', () => {
  const mistakes = mistakesOf({ PORT: 'abc', TINA4_SESSION_HANDLER: 'redsi', TINA4_DEBUG: 'maybe' });
  expect(mistakes).toEqual([
    'TINA4_SESSION_HANDLER is "redsi". Use one of file, memory, redis, valkey, mongodb, database.',
    'TINA4_DEBUG is "maybe". Use true or false.',
    'PORT is "abc". Use a whole number from 0 to 65535.',
  ]);
});

test('a setting that is read in two places is reported once', () => {
  expect(mistakesOf({ TINA4_DEBUG: 'maybe', TINA4_CLUSTER: 'perhaps' })).toHaveLength(2);
});

test.each(['TINA4_SHUTDOWN_TIMEOUT', 'TINA4_SESSION_LOCK_WAIT', 'TINA4_SESSION_LOCK_HOLD', 'TINA4_SESSION_TIMEOUT'])(
  '%s refuses more seconds than a timer can wait, which would be none',
  (name) => {
    expect(mistakesOf({ [name]: '2147484' }).join()).toMatch(
      /^TINA4_\w+ is "2147484"\. Use a number from .* to 2000000\.$/,
    );
    expect(mistakesOf({ [name]: '2000000' })).toEqual([]);
  },
);

test('the value of a secret is never part of a message', () => {
  const message = mistakesOf({ TINA4_SESSION_REDIS_PASSWORD: 'hunter2', TINA4_SESSION_PORT: 'x' }).join();
  expect(message).toContain('TINA4_SESSION_PORT');
  expect(message).not.toContain('hunter2');
});

test('empty and blank values count as unset', () => {
  expect(readConfig({ TINA4_PORT: '', PORT: ' 8080 ' }).server.port).toBe(8080);
});

test('the canonical name beats its alias', () => {
  expect(readConfig({ TINA4_PORT: '1', PORT: '2' }).server.port).toBe(1);
  expect(readConfig({ TINA4_SESSION_TTL: '60' }).session.lifetimeSeconds).toBe(60);
});

test('BACKEND beats HANDLER, with a warning when they differ', () => {
  const config = readConfig({ TINA4_SESSION_BACKEND: 'Valkey', TINA4_SESSION_HANDLER: 'redis' });
  expect(config.session.store.backend).toBe('valkey');
  expect(config.warnings).toHaveLength(1);
  expect(config.warnings[0]).toContain('TINA4_SESSION_BACKEND is "Valkey" and TINA4_SESSION_HANDLER is "redis"');
});

test('a name of the chosen backend beats the general one and other backends are not looked at', () => {
  const env = {
    TINA4_SESSION_HOST: 'general',
    TINA4_SESSION_REDIS_HOST: 'specific',
    TINA4_SESSION_MONGO_HOST: 'mongo',
  };
  expect(readConfig({ ...env, TINA4_SESSION_BACKEND: 'redis' }).session.store.host).toBe('specific');
  expect(readConfig({ ...env, TINA4_SESSION_BACKEND: 'mongo' }).session.store.host).toBe('mongo');
  expect(readConfig({ ...env, TINA4_SESSION_BACKEND: 'valkey' }).session.store.host).toBe('general');
});

test('the REDIS names help out for valkey and mongodb when nothing else is set', () => {
  const env = { TINA4_SESSION_REDIS_HOST: 'cache.example' };
  expect(readConfig({ ...env, TINA4_SESSION_BACKEND: 'valkey' }).session.store.host).toBe('cache.example');
  expect(readConfig({ ...env, TINA4_SESSION_BACKEND: 'mongodb' }).session.store.host).toBe('cache.example');
});

test('either name of the MongoDB URL is read, and TINA4_DATABASE_URL beats DATABASE_URL', () => {
  const mongo = { TINA4_SESSION_BACKEND: 'mongodb', TINA4_SESSION_MONGO_URL: 'mongodb://b' };
  expect(readConfig(mongo).session.store.url).toBe('mongodb://b');
  expect(readConfig({ ...mongo, TINA4_SESSION_MONGO_URI: 'mongodb://a' }).session.store.url).toBe('mongodb://a');
  const database = { DATABASE_URL: 'postgres://old', TINA4_DATABASE_URL: 'postgres://new' };
  expect(readConfig(database).database.url).toBe('postgres://new');
});

test('a size may be written in megabytes and a list with commas', () => {
  const config = readConfig({ TINA4_MAX_BODY_SIZE: '2mb', CORS_ORIGINS: 'https://a.example, https://b.example' });
  expect(config.server.bodies.maxBodyBytes).toBe(2_097_152);
  expect(config.cors.origins).toEqual(['https://a.example', 'https://b.example']);
});

test('either size of a body stands in for the other where that is not set', () => {
  const sizes = (env: Record<string, string>): number[] => {
    const { maxUploadBytes, maxBodyBytes } = readConfig(env).server.bodies;
    return [maxUploadBytes, maxBodyBytes];
  };
  expect(sizes({})).toEqual([10_485_760, 10_485_760]);
  expect(sizes({ TINA4_MAX_UPLOAD_SIZE: '50' })).toEqual([50, 50]);
  expect(sizes({ TINA4_MAX_BODY_SIZE: '20' })).toEqual([20, 20]);
  expect(sizes({ TINA4_MAX_UPLOAD_SIZE: '50', TINA4_MAX_BODY_SIZE: '20' })).toEqual([50, 20]);
});

test('production switches debug mode off and runs a worker per core', () => {
  const config = readConfig({ TINA4_DEBUG: 'true', TINA4_PRODUCTION: '1' });
  expect(config).toMatchObject({ isDebug: false, log: { level: 'info' }, server: { workers: 'auto' } });
});

test('an explicit false is kept apart from an unset cookie flag', () => {
  expect(readConfig({ TINA4_SESSION_SECURE: 'off' }).session.cookie.secure).toBe(false);
});
