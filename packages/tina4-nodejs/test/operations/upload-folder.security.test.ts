import { spawn } from 'node:child_process';
import { chmod, lstat, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { describeThisProcess } from '@tina4/sessions';
import { sweepUploadFolders, uploadFolderIn } from '../../src/operations/upload-folder.js';

let parent: string;
const logged: string[] = [];
const line = (message: string): unknown => logged.push(message);
const log = { debug: line, info: line, warn: line, error: line } as never;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'tina4-uploads-test-'));
  logged.length = 0;
});
afterEach(() => rm(parent, { recursive: true, force: true }));

/** A folder as a process leaves it, with a file in it. */
async function leave(host: string, pid: number, startedAt: number): Promise<string> {
  const name = `tina4-uploads-${host}-${pid}-${startedAt}-Ab3dEf`;
  await mkdir(join(parent, name), { mode: 0o700 });
  await writeFile(join(parent, name, 'tina4_upload_1'), 'secret');
  return name;
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('close', resolve));
  return child.pid as number;
}

test('only the own user may enter the folder, and closing removes it with what lies in it', async () => {
  const uploads = uploadFolderIn(parent);
  const [path, again] = await Promise.all([uploads.path(), uploads.path()]);
  expect([again, (await lstat(path)).mode & 0o777]).toEqual([path, 0o700]);
  await writeFile(join(path, 'left'), '');
  await uploads.close();
  expect(await readdir(parent)).toEqual([]);
});

test.each<[string, (path: string) => Promise<unknown>]>([
  ['is gone', (path) => rm(path, { recursive: true })],
  ['was replaced by a link', (path) => rm(path, { recursive: true }).then(() => symlink(parent, path))],
  ['was opened for others', (path) => chmod(path, 0o777)],
])('a folder that %s is not used any more', async (_what, change) => {
  const uploads = uploadFolderIn(parent);
  const before = await uploads.path();
  await change(before);
  const after = await uploads.path();
  expect(after).not.toBe(before);
  expect((await lstat(after)).mode & 0o777).toBe(0o700);
  await uploads.close();
});

test('folders of dead processes are removed, also where another process has the number now; those of living ones stay', async () => {
  const { host, startedAt } = await describeThisProcess();
  await leave(host, await deadPid(), 1);
  await leave(host, process.pid, startedAt + 1);
  const alive = await leave(host, process.pid, startedAt);
  await sweepUploadFolders(parent, log);
  expect(await readdir(parent)).toEqual([alive]);
  expect(logged).toEqual(['Removed the uploads that 2 ended processes had left.']);
});

test('folders of other machines are removed after a day', async () => {
  const young = await leave('0123456789abcdef', 1, 1);
  const old = await leave('fedcba9876543210', 1, 1);
  const dayAgo = Date.now() / 1000 - 25 * 3600;
  await utimes(join(parent, old), dayAgo, dayAgo);
  await sweepUploadFolders(parent, log);
  expect(await readdir(parent)).toEqual([young]);
});

test('what only looks like a folder of uploads stays, and a link is not followed', async () => {
  const { host } = await describeThisProcess();
  const outside = join(parent, 'outside');
  await mkdir(outside, { mode: 0o700 });
  await writeFile(join(outside, 'file'), '');
  const pid = await deadPid();
  await symlink(outside, join(parent, `tina4-uploads-${host}-${pid}-1-Linked`));
  await writeFile(join(parent, `tina4-uploads-${host}-${pid}-1-Filed0`), '');
  await mkdir(join(parent, 'tina4-uploads-mine'));
  await sweepUploadFolders(parent, log);
  expect((await readdir(parent)).length).toBe(4);
  expect(await readdir(outside)).toEqual(['file']);
});

test('a folder that cannot be looked through is a line in the log', async () => {
  await sweepUploadFolders(join(parent, 'nowhere'), log);
  expect(logged).toEqual([
    expect.stringMatching(/^Uploads that ended processes left in .*nowhere cannot be removed\.$/),
  ]);
});
