import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Files that changed together, as absolute paths. */
export interface ProjectChange {
  readonly files: readonly string[];
}

/** What to watch, and whom to tell. */
export interface WatchOptions {
  /** Absolute folders, watched with everything below them. One that does not exist is taken up when it appears. */
  readonly folders: readonly string[];
  /** Absolute paths of single files; they may not exist yet. */
  readonly files: readonly string[];
  /** Called with what changed once nothing has changed for `quietMs`. Calls do not overlap. */
  readonly onChange: (change: ProjectChange) => Promise<void>;
  /** Editors save in several steps: how long to wait for the last one, ms, default 60. */
  readonly quietMs?: number | undefined;
}

/** A running watch. */
export interface ProjectWatch {
  close(): void;
}

/**
 * Watches the sources of a project in development. One watch per folder, no recursive one: on Linux, Node's recursive watch
 * misses files of folders that appear later. Folders are looked through again after every event, and a file counts as changed
 * when its size or time is another one, so that events without a change do nothing.
 */
export async function watchProject(options: WatchOptions): Promise<ProjectWatch> {
  const watching = new ProjectWatcher(options);
  await watching.start();
  return watching;
}

class ProjectWatcher implements ProjectWatch {
  readonly #options: WatchOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  #known = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #isClosed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#known = await this.#look();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #onEvent(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed || this.#isLooking) {
      // A look that runs already began before this event: look again behind it.
      this.#timer = this.#isClosed ? undefined : setTimeout(() => this.#onEvent(), this.#quietMs).unref();
      return;
    }
    this.#timer = setTimeout(() => void this.#report(), this.#quietMs).unref();
  }

  async #report(): Promise<void> {
    this.#isLooking = true;
    try {
      const now = await this.#look();
      const files = changedFiles(this.#known, now);
      this.#known = now;
      if (files.length > 0 && !this.#isClosed) await this.#options.onChange({ files });
    } finally {
      this.#isLooking = false;
    }
  }

  /** Every watched file with a mark of its content; sets up watches for folders that are new. */
  async #look(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const folders = new Set<string>();
    const { files } = this.#options;
    await Promise.all([
      ...this.#options.folders.map((folder) => this.#lookInto(folder, found, folders)),
      ...files.map((file) => markOf(file, found)),
    ]);
    // The parents are watched too: for files named singly and for folders that do not exist yet.
    for (const path of [...files, ...this.#options.folders]) folders.add(join(path, '..'));
    for (const folder of folders) this.#watch(folder);
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    return found;
  }

  async #lookInto(folder: string, found: Map<string, string>, folders: Set<string>): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
    if (entries === undefined) return;
    folders.add(folder);
    const isWanted = (name: string): boolean => !name.startsWith('.') && !name.endsWith('~') && name !== 'node_modules';
    await Promise.all(
      entries
        .filter((entry) => isWanted(entry.name))
        .map((entry) =>
          entry.isDirectory()
            ? this.#lookInto(join(folder, entry.name), found, folders)
            : markOf(join(folder, entry.name), found),
        ),
    );
  }

  #watch(folder: string): void {
    if (this.#isClosed || this.#watchers.has(folder)) return;
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#onEvent());
      watcher.on('error', () => {
        // The folder went away; the next look closes the watch for good or sets up a new one.
        watcher.close();
        this.#watchers.delete(folder);
        this.#onEvent();
      });
      this.#watchers.set(folder, watcher);
      // What changed between the listing and here told nobody: look once more.
      this.#onEvent();
    } catch {
      // Gone between the listing and here, or the system has no watches left: the others still report.
    }
  }

  get #quietMs(): number {
    return this.#options.quietMs ?? 60;
  }
}

async function markOf(file: string, found: Map<string, string>): Promise<void> {
  const entry = await stat(file).catch(() => undefined);
  if (entry?.isFile()) found.set(file, `${entry.mtimeMs} ${entry.size} ${entry.ino}`);
}

function changedFiles(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  const paths = new Set([...before.keys(), ...now.keys()]);
  return [...paths].filter((path) => before.get(path) !== now.get(path)).sort();
}
