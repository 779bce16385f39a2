import path from 'node:path';
import process from 'node:process';
import { publicPath } from './public-path.js';
import type { Request } from './request/request.js';
import { fileBody, statFile } from './response/file-body.js';
import type { Response } from './response/response.js';

/** Serves the files of some folders, the first that has one wins. Dot files and paths that leave the folder are refused. */
export class StaticFiles {
  readonly #directories: readonly string[];

  /** `directories` are absolute. One that does not exist is like an empty one. */
  constructor(directories: readonly string[]) {
    this.#directories = directories;
  }

  /** Records the file that the path names as the answer. False when there is none. Throws HttpError 400 or 403 for hostile paths. */
  async serve(req: Request, res: Response): Promise<boolean> {
    const relative = publicPath(req.path, process.platform === 'win32');
    if (relative === undefined) return false;
    for (const directory of this.#directories) {
      const found = await findFile(path.join(directory, relative));
      if (found === undefined) continue;
      res.write(fileBody(found));
      return true;
    }
    return false;
  }
}

/** The file itself, or the index of a folder. */
async function findFile(file: string): Promise<string | undefined> {
  const found = await statFile(file);
  if (found?.isFile()) return file;
  if (!found?.isDirectory()) return undefined;
  const index = path.join(file, 'index.html');
  return (await statFile(index))?.isFile() ? index : undefined;
}
