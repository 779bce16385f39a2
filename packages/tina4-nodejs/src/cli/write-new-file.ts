import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file that is not there yet, with its folders. False, and nothing written, when it exists. `mode` are its rights, by
 * default the usual ones.
 */
export async function writeNewFile(path: string, text: string, mode = 0o666): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, text, { flag: 'wx', mode });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
