import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type ProjectWatch, watchProject } from '../../src/project/watch-project.js';

let project: string;
let watch: ProjectWatch;
let seen: string[];
let tell: (() => void) | undefined;

beforeEach(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'tina4-watch-')));
  seen = [];
  await mkdir(join(project, 'src/routes'), { recursive: true });
  await writeFile(join(project, 'src/routes/a.ts'), '1');
  watch = await watchProject({
    folders: [join(project, 'src')],
    files: [join(project, '.env')],
    quietMs: 20,
    onChange: async ({ files }) => {
      seen.push(...files.map((file) => file.slice(project.length + 1)));
      tell?.();
    },
  });
});
afterEach(async () => {
  watch.close();
  await rm(project, { recursive: true, force: true });
});

async function untilSeen(path: string): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!seen.includes(path)) {
    if (Date.now() > deadline) throw new Error(`no change of ${path} was seen, only of ${seen.join(', ')}`);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 200);
      tell = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

test('a changed file is reported', async () => {
  await writeFile(join(project, 'src/routes/a.ts'), '22');
  await untilSeen('src/routes/a.ts');
});

test('a file that an editor replaces by renaming is reported', async () => {
  await writeFile(join(project, 'src/routes/.a.ts.swp'), '333');
  await rename(join(project, 'src/routes/.a.ts.swp'), join(project, 'src/routes/a.ts'));
  await untilSeen('src/routes/a.ts');
  expect(seen).toEqual(['src/routes/a.ts']);
});

test('files in folders that appear later are reported, changes to them too', async () => {
  await mkdir(join(project, 'src/routes/deep/er'), { recursive: true });
  await writeFile(join(project, 'src/routes/deep/er/b.ts'), '1');
  await untilSeen('src/routes/deep/er/b.ts');
  seen.length = 0;
  await writeFile(join(project, 'src/routes/deep/er/b.ts'), '22');
  await untilSeen('src/routes/deep/er/b.ts');
});

test('a removed file is reported', async () => {
  await rm(join(project, 'src/routes/a.ts'));
  await untilSeen('src/routes/a.ts');
});

test('a settings file that is written for the first time is reported', async () => {
  await writeFile(join(project, '.env'), 'A=1');
  await untilSeen('.env');
});
