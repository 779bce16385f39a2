/** What a loaded file gave: its exports, and the functions and classes of its top level, exported or not. */
export interface LoadedFile {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly declared: ReadonlyMap<string, unknown>;
}

/** Runs files of one app, each once, however many others import it. */
export interface FileLoader {
  /** Runs the file and what it imports, unless that was done already. Rejects with what the file throws. */
  load(file: string): Promise<LoadedFile>;
  /** Drops the app's own files, so that the next `load` reads them again. */
  forget(): Promise<void>;
}
