import type { Stats } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type { Logger } from './app-context.js';
import { publicPath } from './public-path.js';
import type { Request } from './request/request.js';
import { fileBody, statFile } from './response/file-body.js';
import type { Response } from './response/response.js';

export interface StaticFilesOptions {
  /** Absolute, the first that has a file wins. One that does not exist is like an empty one. */
  readonly directories: readonly string[];
  /** True: symbolic links may lead out of the folders. */
  readonly followsLinks: boolean;
  readonly log: Pick<Logger, 'warn'>;
}

/** What a path names: a file to serve, or a folder that shows its index.html under the path with a slash at its end. */
type Found = { readonly kind: 'file'; readonly file: string } | { readonly kind: 'folder' };

/** Links that lead outside are told of once each, up to so many. */
const MOST_TOLD = 20;

/**
 * Serves the files of some folders. Dot files and paths that leave the folder are refused. A file is served under the very name it
 * has on disk: also where the file system takes upper and lower case for the same.
 */
export class StaticFiles {
  readonly #options: StaticFilesOptions;
  /** The folders as they are once their own links are followed. */
  readonly #roots = new Map<string, string>();
  readonly #told = new Set<string>();

  constructor(options: StaticFilesOptions) {
    this.#options = options;
  }

  /**
   * Records the file that the path names as the answer, or the way to the folder. False when there is neither. Throws HttpError 403
   * for dot files.
   */
  async serve(req: Request, res: Response): Promise<boolean> {
    const found = await this.find(req.path);
    if (found === undefined) return false;
    if (found.kind === 'file') res.write(fileBody(found.file));
    // Relative links in the index start from here. The path has no second slash at its start, so it stays on this host.
    else res.redirect(req.queryString === '' ? `${req.path}/` : `${req.path}/?${req.queryString}`, 301);
    return true;
  }

  /** Throws as {@link serve} does. */
  async find(urlPath: string): Promise<Found | undefined> {
    const relative = publicPath(urlPath, process.platform === 'win32');
    if (relative === undefined) return undefined;
    for (const directory of this.#options.directories) {
      const found = await this.#findIn(directory, relative);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #findIn(directory: string, relative: string): Promise<Found | undefined> {
    const isFolder = relative.endsWith('/');
    const wanted = isFolder ? `${relative}index.html` : relative;
    const stats = await this.#look(directory, wanted);
    if (stats?.isFile()) return { kind: 'file', file: path.join(directory, wanted) };
    if (isFolder || !stats?.isDirectory()) return undefined;
    const index = await this.#look(directory, `${relative}/index.html`);
    return index?.isFile() ? { kind: 'folder' } : undefined;
  }

  /** The state of what may be served; undefined when nothing is there, or when it is not what the path says. */
  async #look(directory: string, relative: string): Promise<Stats | undefined> {
    const file = path.join(directory, relative);
    const stats = await statFile(file);
    if (stats === undefined) return undefined;
    const real = await realPathOf(file);
    if (real === undefined) return undefined;
    const isSame = real === path.join(this.#roots.get(directory) ?? '', relative);
    return isSame || (await this.#mayServe(directory, relative, real)) ? stats : undefined;
  }

  /** What lies at another place than its path says: behind a link, or spelled in another way. */
  async #mayServe(directory: string, relative: string, real: string): Promise<boolean> {
    // Looked up anew: the folder may have been made, or be a link that was turned, since the last time.
    const root = (await realPathOf(directory)) ?? directory;
    this.#roots.set(directory, root);
    const expected = path.join(root, relative);
    if (real === expected) return true;
    if (spellingOf(real) === spellingOf(expected)) return false;
    if (this.#options.followsLinks) return true;
    const inside = path.relative(root, real).split(path.sep);
    if (inside[0] !== '..' && !path.isAbsolute(inside.join(path.sep)))
      return !inside.some((name) => name.startsWith('.'));
    this.#tell(path.join(directory, relative), real);
    return false;
  }

  #tell(file: string, real: string): void {
    if (this.#told.has(file) || this.#told.size === MOST_TOLD) return;
    this.#told.add(file);
    this.#options.log.warn(
      `${file} is not served: a symbolic link leads out of the folder of public files, to ${real}. Set TINA4_PUBLIC_SYMLINKS=true to allow that.`,
    );
  }
}

async function realPathOf(file: string): Promise<string | undefined> {
  try {
    return await realpath(file);
  } catch {
    // Gone meanwhile, or nothing that we may look at: nothing to serve either way.
    return undefined;
  }
}

/** Equal for names that one file may have where the file system takes case and composed letters for the same. */
function spellingOf(file: string): string {
  return file.normalize('NFC').toLowerCase();
}
