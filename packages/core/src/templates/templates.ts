import { posix } from 'node:path';
import type { CompiledTemplate } from './render-scope.js';
import { minifyHtml } from './spaces-between-tags.js';
import { TemplateError, templateNotFound } from './template-error.js';
import { readTemplateFolder, type TemplateFile } from './template-folder.js';
import type { TemplateLanguage } from './template-language.js';
import type { TemplateFilter, TemplateTest } from './template-runtime.js';

export type TemplatesOptions = {
  /** Absolute path of the folder that names are relative to. It may be missing. */
  readonly directory: string;
  /** True: changed files are picked up by every `refresh`, and `dump` shows values. */
  readonly isDebug: boolean;
  /** Outside of debug mode: after how many seconds the folder is looked through again. 0, the default, means never. */
  readonly cacheSeconds?: number;
  /** True: white space between tags is collapsed in what `render` returns. */
  readonly minifyHtml?: boolean;
  /** Values and functions that every template can use. */
  readonly globals?: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch; for tests of `cacheSeconds`. */
  readonly now?: () => number;
  /** A number from 0 to below 1, for `random()` and `shuffle`. */
  readonly random?: () => number;
};

/** What only one rendering knows, such as the functions that make form tokens for its session. */
export type RenderOptions = { readonly globals?: Readonly<Record<string, unknown>> };

/**
 * The templates of one folder. Files are read by `refresh` only: `render` works on what is in memory, so that it
 * never touches the disk and can be synchronous. Await `refresh()` once at the start, and before a request whenever
 * `isRefreshDue` says so.
 */
export class Templates {
  readonly #options: TemplatesOptions;
  readonly #now: () => number;
  readonly #globals: Record<string, unknown>;
  /** Loaded with the first template. */
  #language: TemplateLanguage | undefined;
  /** Filters and tests that were added before that. */
  #additions: ((language: TemplateLanguage) => void)[] = [];
  #files: ReadonlyMap<string, TemplateFile> = new Map();
  readonly #compiled = new Map<string, CompiledTemplate | TemplateError>();
  #refreshing: Promise<void> | undefined;
  #refreshedAt = Number.NEGATIVE_INFINITY;

  constructor(options: TemplatesOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#globals = Object.assign(Object.create(null), options.globals);
  }

  /** True when `refresh` should be awaited before the next rendering: always in debug mode, else by `cacheSeconds`. */
  get isRefreshDue(): boolean {
    if (this.#options.isDebug || this.#refreshedAt === Number.NEGATIVE_INFINITY) return true;
    const lifetime = (this.#options.cacheSeconds ?? 0) * 1000;
    return lifetime > 0 && this.#now() - this.#refreshedAt >= lifetime;
  }

  /**
   * Reads new and changed files and compiles them. A file that cannot be compiled does not stop the others: it is
   * listed by `problems` and throws when it is rendered. Calls at the same time share one reading. Rejects only when
   * the folder cannot be read.
   */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#readFolder().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** The files that cannot be compiled, for the log at the start. */
  get problems(): readonly TemplateError[] {
    return [...this.#compiled.values()].filter((entry) => entry instanceof TemplateError);
  }

  /** Names of all templates, sorted. */
  get names(): readonly string[] {
    return [...this.#files.keys()].sort();
  }

  /** Whether there is a template of this name. A name that leaves the folder has none. */
  has(name: string): boolean {
    const normalized = normalize(name);
    return normalized !== undefined && this.#files.has(normalized);
  }

  /**
   * The text that a template makes of `data`. Names in `data` win over globals of the call, and those over the
   * globals of all. Throws TemplateError: T4_TEMPLATE_NOT_FOUND, T4_TEMPLATE_OUTSIDE for a name that leaves the
   * folder, T4_TEMPLATE_SYNTAX, and T4_TEMPLATE_RENDER for everything that fails on the way.
   */
  render(name: string, data?: object, options?: RenderOptions): string {
    const template = this.find(name);
    const globals =
      options?.globals === undefined ? this.#globals : Object.assign(Object.create(this.#globals), options.globals);
    const html = (this.#language as TemplateLanguage).run(template, this, data, globals);
    return this.#options.minifyHtml === true ? minifyHtml(html) : html;
  }

  /** The compiled template of a name; compiled templates ask here for those they include or extend. */
  find(name: string): CompiledTemplate {
    // The fast path: a name as it was written down when the file was read.
    const known = this.#compiled.get(name) ?? this.#compile(name);
    if (known instanceof TemplateError) throw known;
    return known;
  }

  /** Adds or replaces a filter. Templates that named it before it was there are compiled again when they are used. */
  addFilter(name: string, filter: TemplateFilter): void {
    this.#add((language) => language.addFilter(name, filter));
  }

  /** Adds or replaces a test, the word after `is`. */
  addTest(name: string, test: TemplateTest): void {
    this.#add((language) => language.addTest(name, test));
  }

  /** Adds or replaces a value or function that every template can use. */
  addGlobal(name: string, value: unknown): void {
    this.#globals[name] = value;
  }

  async #readFolder(): Promise<void> {
    const before = this.#files;
    const files = await readTemplateFolder(this.#options.directory, before);
    if (files.size > 0) this.#language ??= await this.#openLanguage();
    for (const [name, file] of before) {
      if (files.get(name) !== file) this.#compiled.delete(name);
    }
    this.#files = files;
    this.#refreshedAt = this.#now();
    for (const name of files.keys()) {
      if (!this.#compiled.has(name)) this.#compile(name);
    }
  }

  async #openLanguage(): Promise<TemplateLanguage> {
    const { TemplateLanguage } = await import('./template-language.js');
    const { isDebug, random = Math.random } = this.#options;
    const language = new TemplateLanguage({ isDebug, random });
    for (const add of this.#additions) add(language);
    this.#additions = [];
    return language;
  }

  #add(addition: (language: TemplateLanguage) => void): void {
    if (this.#language === undefined) this.#additions.push(addition);
    else addition(this.#language);
    this.#forgetProblems();
  }

  #compile(name: string): CompiledTemplate | TemplateError {
    const normalized = normalize(name);
    if (normalized === undefined) {
      const message = `Template ${JSON.stringify(name)} leaves the folder of templates. Use a name inside it.`;
      return new TemplateError('T4_TEMPLATE_OUTSIDE', message, { template: name });
    }
    const done = this.#compiled.get(normalized);
    if (done !== undefined) return done;
    const file = this.#files.get(normalized);
    if (file === undefined || this.#language === undefined) return templateNotFound(name);
    const compiled = this.#language.compile(file.text, normalized);
    this.#compiled.set(normalized, compiled);
    return compiled;
  }

  #forgetProblems(): void {
    for (const [name, entry] of this.#compiled) {
      if (entry instanceof TemplateError) this.#compiled.delete(name);
    }
  }
}

/** The name without `./` and doubled slashes, or undefined when it leads out of the folder. */
function normalize(name: string): string | undefined {
  if (name.includes('\0') || name.includes('\\') || posix.isAbsolute(name)) return undefined;
  const normalized = posix.normalize(name);
  return normalized === '..' || normalized.startsWith('../') ? undefined : normalized;
}
