import { expect, test } from '@jest/globals';
import { readRedisAddress } from '../../../src/stores/redis/redis-address.js';

test('without any setting the server is looked for on this machine', () => {
  expect(readRedisAddress({ backend: 'redis' })).toMatchObject({
    topology: 'standalone',
    nodes: [{ host: 'localhost', port: 6379 }],
    database: 0,
    isTls: false,
  });
});

test('a URL wins over host and port, and its escaped login is read', () => {
  const url = 'rediss://shop:p%40ss%2Fword@cache.example:6380/2';
  expect(readRedisAddress({ backend: 'redis', url, host: 'other', port: 1 })).toMatchObject({
    nodes: [{ host: 'cache.example', port: 6380 }],
    login: { username: 'shop', password: 'p@ss/word' },
    database: 2,
    isTls: true,
  });
});

test('a password of its own wins over the one in the URL', () => {
  const address = readRedisAddress({ backend: 'redis', url: 'redis://:old@cache.example', password: 'new' });
  expect(address.login).toEqual({ username: undefined, password: 'new' });
});

test('a cluster is a list whose later nodes may leave out the scheme', () => {
  const address = readRedisAddress({
    backend: 'redis',
    topology: 'cluster',
    url: 'redis://:secret@one:7000,two:7001, redis://[::1]:7002',
  });
  expect(address.nodes).toEqual([
    { host: 'one', port: 7000 },
    { host: 'two', port: 7001 },
    { host: '::1', port: 7002 },
  ]);
  expect(address.login.password).toBe('secret');
});

test('with Sentinel the login in the URL is for the sentinels, and for the servers unless they have their own', () => {
  const settings = { backend: 'redis', topology: 'sentinel', url: 'redis://:guard@one,two:26380' } as const;
  const shared = readRedisAddress(settings);
  const own = readRedisAddress({ ...settings, password: 'data' });
  expect([shared.sentinelLogin.password, shared.login.password]).toEqual(['guard', 'guard']);
  expect([own.sentinelLogin.password, own.login.password]).toEqual(['guard', 'data']);
  expect(own.nodes).toEqual([
    { host: 'one', port: 26_379 },
    { host: 'two', port: 26_380 },
  ]);
});

test.each([
  ['a scheme of another program', { url: 'http://:s3cret@cache.example' }, 'http:'],
  ['no address at all', { url: 'redis://:s3cret@' }, 'cannot be read'],
  ['several nodes for one server', { url: 'redis://:s3cret@one,two' }, '2 nodes'],
  ['a database that is no number', { url: 'redis://:s3cret@one/shop' }, '"shop"'],
  ['a database number on a cluster', { url: 'redis://:s3cret@one/1', topology: 'cluster' as const }, 'only database 0'],
])('%s stops the start with a reason that holds no password', (_, settings, reason) => {
  const read = () => readRedisAddress({ backend: 'redis', ...settings });
  expect(read).toThrow(expect.objectContaining({ code: 'T4_SESSION_OPTION_INVALID' }));
  expect(read).toThrow(reason);
  expect(read).not.toThrow('s3cret');
});
