/** A template's function for one block, or for the whole file; `isInScript` tells whether it prints in a script element. */
export type RenderFunction = (
  env: unknown,
  context: RenderContext,
  frame: Scope,
  runtime: unknown,
  isInScript: boolean,
) => string;

/** A compiled template. */
export type CompiledTemplate = { root: RenderFunction; blocks: Record<string, RenderFunction> };

/**
 * Variables of a part of a template: the file, a block, a loop, a macro. Compiled templates create and leave scopes
 * through `push` and `pop`. An isolated scope reads from the outer ones but never writes to them.
 */
export class Scope {
  readonly variables: Record<string, unknown> = Object.create(null);
  readonly parent: Scope | undefined;
  readonly isIsolated: boolean;

  constructor(parent?: Scope, isIsolated = false) {
    this.parent = parent;
    this.isIsolated = isIsolated;
  }

  push(isIsolated = false): Scope {
    return new Scope(this, isIsolated);
  }

  pop(): Scope {
    return this.parent ?? this;
  }

  set(name: string, value: unknown): void {
    this.variables[name] = value;
  }

  /** The nearest scope that has a variable of this name, or undefined. */
  find(name: string): Scope | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      if (name in scope.variables) return scope;
    }
    return undefined;
  }
}

/** What one rendering of one file knows: the page's data, names set by the file, and the blocks of its ancestors. */
export class RenderContext {
  readonly #variables: Record<string, unknown>;
  readonly #globals: Record<string, unknown>;
  readonly #blocks = new Map<string, RenderFunction[]>();
  readonly #macros: Record<string, unknown> = Object.create(null);

  /** `data` is copied one level deep: what a template sets is not seen by the caller. */
  constructor(data: object | undefined, globals: Record<string, unknown>) {
    this.#variables = Object.assign(Object.create(null), data);
    this.#globals = globals;
  }

  get globals(): Record<string, unknown> {
    return this.#globals;
  }

  /** The data and what was set so far, for a file that is included. */
  get variables(): Record<string, unknown> {
    return this.#variables;
  }

  lookup(name: string): unknown {
    return name in this.#variables ? this.#variables[name] : this.#globals[name];
  }

  has(name: string): boolean {
    return name in this.#variables;
  }

  setVariable(name: string, value: unknown): void {
    this.#variables[name] = value;
    if (name in this.#macros) this.#macros[name] = value;
  }

  /** Announces a macro, whose value is set next. */
  addExport(name: string): void {
    this.#macros[name] = undefined;
  }

  /** The macros of the file by name, for `import`; grows while the file runs. */
  get macros(): Record<string, unknown> {
    return this.#macros;
  }

  /** Adds the blocks of a file that is one step further up; those added before win. */
  addBlocks(blocks: Record<string, RenderFunction>): void {
    for (const [name, block] of Object.entries(blocks)) {
      const known = this.#blocks.get(name);
      if (known === undefined) this.#blocks.set(name, [block]);
      else known.push(block);
    }
  }

  getBlock(name: string): RenderFunction {
    const block = this.#blocks.get(name)?.[0];
    if (block === undefined) throw new Error(`block "${name}" is not defined`);
    return block;
  }

  /** The block that `block` overrides. Throws when there is none. */
  getParentBlock(name: string, block: RenderFunction): RenderFunction {
    const known = this.#blocks.get(name) ?? [];
    const parent = known[known.indexOf(block) + 1];
    if (parent === undefined) throw new Error(`parent() finds no block "${name}" in the extended templates`);
    return parent;
  }
}
