import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeService } from './services/describe-service.js';
import { startRedis } from './services/redis.js';
import { redisCommand } from './services/redis-command.js';
import { sweepTempFolders } from './services/temp-folder.js';

test('the folder of a run that was killed is removed by the next one', async () => {
  const left = join(tmpdir(), 'tina4-services-999999999-1-redis-left');
  await mkdir(left);
  try {
    await sweepTempFolders();
    expect(existsSync(left)).toBe(false);
  } finally {
    await rm(left, { recursive: true, force: true });
  }
});

describeService('redis', () => {
  test('a durable server that is killed and started again still has what it acknowledged', async () => {
    const server = await startRedis({ isDurable: true });
    try {
      await redisCommand(server.port, 'SET', 'kept', 'yes');
      await server.kill();
      await expect(redisCommand(server.port, 'PING')).rejects.toThrow('ECONNREFUSED');
      await server.restart();
      expect(await redisCommand(server.port, 'GET', 'kept')).toBe('$3\r\nyes\r\n');
    } finally {
      await server.stop();
    }
  });
});
