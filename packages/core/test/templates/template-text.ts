import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';
import { Templates, type TemplatesOptions } from '../../src/templates/templates.js';

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** Writes templates into a fresh folder, which is gone after the suite, and returns its path. */
export async function folderWith(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tina4-templates-'));
  folders.push(directory);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  return directory;
}

/** Templates of a fresh folder, read and compiled. */
export async function templatesWith(
  files: Record<string, string>,
  options: Partial<TemplatesOptions> = {},
): Promise<Templates> {
  const templates = new Templates({ directory: await folderWith(files), isDebug: false, ...options });
  await templates.refresh();
  return templates;
}

/** What one template makes of some data; `others` are files it can include or extend. */
export async function shown(text: string, data: object = {}, others: Record<string, string> = {}): Promise<string> {
  const templates = await templatesWith({ ...others, 'page.html': text });
  return templates.render('page.html', data);
}
