import { readFileSync } from 'node:fs';
import type { NameLookup } from '@tina4/core';
import { Tina4Error } from '@tina4/core';

/** Functions and classes by the file that declares them at its top level, as `loadRoutes` notes them. */
export type DeclaredByFile = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

/** Finds the functions that Tina4 code names by a string, exported or not. */
export class DeclaredNames implements NameLookup {
  readonly #byFile: DeclaredByFile;

  constructor(byFile: DeclaredByFile) {
    this.#byFile = byFile;
  }

  /** What the file itself declares under the name. */
  inFile(name: string, file: string | undefined): unknown {
    return file === undefined ? undefined : this.#byFile.get(file)?.get(name);
  }

  /**
   * What any file declares under the name. Throws T4_MIDDLEWARE_AMBIGUOUS when several do: which one is meant must not depend
   * on the order of loading, because it may be an access check.
   */
  anywhere(name: string): unknown {
    const files = [...this.#byFile].filter(([, declared]) => declared.has(name)).map(([file]) => file);
    if (files.length > 1) {
      throw new Tina4Error(
        'T4_MIDDLEWARE_AMBIGUOUS',
        `the middleware "${name}" is declared in ${files.join(' and in ')}. Rename one of them.`,
      );
    }
    return files[0] === undefined ? undefined : this.inFile(name, files[0]);
  }

  all(): string[] {
    return [...this.#byFile.values()].flatMap((declared) => [...declared.keys()]);
  }

  /** Reads the files, at once: it is asked only when the start is stopped because of the name. */
  mentionOf(name: string, file: string | undefined): string | undefined {
    for (const each of file === undefined ? this.#byFile.keys() : [file]) {
      const lines = linesOf(each);
      // In quotes, or before the colon of an argument.
      const index = lines.findIndex((line) =>
        ["'", '"', '`'].some((quote) => [quote, ':'].some((end) => line.includes(quote + name + end))),
      );
      if (index !== -1) return `${each}:${index + 1}`;
    }
    return undefined;
  }
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    // Gone since it was loaded: the message does without the line.
    return [];
  }
}
