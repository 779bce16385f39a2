import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * What the transformer made of source files, kept on disk: making it again takes some 150 ms and 23 MB at a start, for a single file.
 * There is one entry for each source file. It ends with a hash of the text that it was made from, so that it counts for that very text
 * only, right after any change, and it takes its place by a rename, so that other processes find a whole entry or none. A folder
 * that is read-only, full or gone costs time and nothing else.
 *
 * Synchronous, since the transformer is: it runs while modules are loaded, at the start and at a reload.
 */
export class CompiledFiles {
  readonly #folder: string;
  readonly #version: string;

  /** `folder` is absolute and is made when it is missing. What a transformer of another `version` made does not count. */
  constructor(folder: string, version: string) {
    this.#folder = folder;
    this.#version = version;
  }

  /** The compiled form of `source`; `compile` makes it where there is none. `variant` tells apart what one file can be compiled to. */
  get(file: string, variant: string, source: string, compile: () => string): string {
    const entry = join(this.#folder, `${hash(file, variant).slice(0, 32)}.js`);
    const mark = `\n// ${hash(this.#version, file, variant, source)}\n`;
    const kept = readIfThere(entry);
    if (kept?.endsWith(mark)) return kept;
    const compiled = compile() + mark;
    write(entry, compiled);
    return compiled;
  }
}

function hash(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function readIfThere(entry: string): string | undefined {
  try {
    return readFileSync(entry, 'utf8');
  } catch {
    // Not there, or nothing that can be read: made anew.
    return undefined;
  }
}

function write(entry: string, text: string): void {
  const temporary = `${entry}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    mkdirSync(dirname(entry), { recursive: true });
    writeFileSync(temporary, text, { flag: 'wx' });
    renameSync(temporary, entry);
  } catch {
    // The next start compiles once more.
    removeIfThere(temporary);
  }
}

function removeIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // It never came to be.
  }
}
