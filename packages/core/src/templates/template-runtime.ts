import { callMember, readMember } from './member-access.js';
import { macroRuntime, SafeString } from './nunjucks-parts.js';
import { type CompiledTemplate, RenderContext, type RenderFunction, Scope } from './render-scope.js';
import { htmlOf, isSafeHtml, safeHtml, textOf } from './safe-html.js';
import { removeSpacesBetweenTags } from './spaces-between-tags.js';
import { TemplateError, templateNotFound, templateRenderError } from './template-error.js';

/** A filter: gets the value and the arguments in parentheses. */
// biome-ignore lint/suspicious/noExplicitAny: applications write filters for the types they use them with
export type TemplateFilter = (value: any, ...args: any[]) => unknown;
/** A test of `is …`. */
// biome-ignore lint/suspicious/noExplicitAny: applications write tests for the types they use them with
export type TemplateTest = (value: any, ...args: any[]) => boolean;

/** Where compiled templates find each other. `find` throws T4_TEMPLATE_NOT_FOUND. */
export interface TemplateFinder {
  find(name: string): CompiledTemplate;
}

/** A range longer than this is a mistake, or somebody's attempt to fill the memory. */
const longestRange = 100_000;

/**
 * The functions that compiled templates call; the compiler writes these names into their code. One object serves all
 * renderings: what belongs to one of them is handed in as `context` and `frame`.
 */
export function templateRuntime(filters: Record<string, TemplateFilter>, tests: Record<string, TemplateTest>) {
  const runtime = {
    ...macroRuntime,
    filters,
    tests,
    Frame: Scope,
    SafeString,
    memberLookup: readMember,
    callMember,
    call,
    contextOrFrameLookup,
    assign,
    scopeWith,
    safe: safeHtml,
    print: textOf,
    printEscaped: htmlOf,
    isTrue,
    or: (left: unknown, right: () => unknown) => (isTrue(left) ? left : right()),
    and: (left: unknown, right: () => unknown) => (isTrue(left) ? right() : left),
    nullish: (left: unknown, right: unknown) => left ?? right,
    concat: (left: unknown, right: unknown) => textOf(left) + textOf(right),
    contains,
    range,
    listOf,
    keysOf,
    loopOf: (frame: Scope, length: number) => new Loop(frame, length),
    spaceless: (html: unknown) => safeHtml(removeSpacesBetweenTags(textOf(html))),
    nothing: () => '',
    located,
    importOne,
    parentBlock: (env: TemplateFinder, context: RenderContext, frame: Scope, name: string, block: RenderFunction) =>
      safeHtml(context.getParentBlock(name, block)(env, context, frame, runtime)),
    extend(env: TemplateFinder, context: RenderContext, name: unknown, earlier: CompiledTemplate | null) {
      if (earlier !== null) throw new Error('{% extends %} is used twice in one template');
      const parent = env.find(templateName(name));
      context.addBlocks(parent.blocks);
      return parent;
    },
    include(
      env: TemplateFinder,
      context: RenderContext,
      frame: Scope,
      name: unknown,
      variables: unknown,
      isOnly: boolean,
      ignoresMissing: boolean,
    ): string {
      const template = findFirst(env, Array.isArray(name) ? name : [name], ignoresMissing);
      if (template === undefined) return '';
      const own = new RenderContext(isOnly ? undefined : context.variables, context.globals);
      own.addBlocks(template.blocks);
      return template.root(env, own, scopeWith(isOnly ? new Scope() : frame, variables), runtime);
    },
    importAll(env: TemplateFinder, context: RenderContext, name: unknown): Record<string, unknown> {
      const template = env.find(templateName(name));
      const own = new RenderContext(undefined, context.globals);
      template.root(env, own, new Scope(), runtime);
      return own.macros;
    },
  };
  return runtime;
}

/** The variable `loop` of a for. `index0` is moved on by the compiled loop. */
class Loop {
  index0 = 0;
  readonly length: number;
  /** The variables around the loop, of which `loop.parent.loop` is the outer loop. */
  readonly parent: { loop: unknown };

  constructor(frame: Scope, length: number) {
    this.length = length;
    this.parent = { loop: frame.find('loop')?.variables.loop };
  }

  get index(): number {
    return this.index0 + 1;
  }
  get first(): boolean {
    return this.index0 === 0;
  }
  get last(): boolean {
    return this.index0 === this.length - 1;
  }
  get revindex(): number {
    return this.length - this.index0;
  }
  get revindex0(): number {
    return this.length - this.index0 - 1;
  }
}

/** Twig's idea of true: as in JavaScript, but an empty array, Map, Set and empty HTML are false. */
export function isTrue(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  if (Array.isArray(value) || isSafeHtml(value)) return (value as { length: number }).length > 0;
  return value instanceof Map || value instanceof Set ? value.size > 0 : true;
}

/** What a for loop goes through: the values. Text and numbers have none. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null || isSafeHtml(value)) return [];
  if (value instanceof Map) return [...value.values()];
  return Symbol.iterator in value ? [...(value as Iterable<unknown>)] : Object.values(value);
}

function keysOf(value: unknown): readonly unknown[] {
  if (value instanceof Map) return [...value.keys()];
  const isList = typeof value !== 'object' || value === null || Symbol.iterator in value;
  return isList ? listOf(value).map((_, index) => index) : Object.keys(value);
}

function call(callee: unknown, name: string, args: readonly unknown[]): unknown {
  if (typeof callee !== 'function') throw new TypeError(`"${name}" is not a function here, so it cannot be called`);
  return callee(...args);
}

function contextOrFrameLookup(context: RenderContext, frame: Scope, name: string): unknown {
  const scope = frame.find(name);
  return scope === undefined ? context.lookup(name) : scope.variables[name];
}

/** `{% set %}`: changes the variable where it is, or makes a new one in the innermost scope. */
function assign(context: RenderContext, frame: Scope, name: string, value: unknown): void {
  let scope = frame;
  while (!(name in scope.variables) && !scope.isIsolated && scope.parent !== undefined) scope = scope.parent;
  if (name in scope.variables) scope.set(name, value);
  // The file's outermost scope is the context, which its blocks and the extended files see too.
  else if (frame !== scope && !context.has(name)) frame.set(name, value);
  else if (scope.isIsolated) scope.set(name, value);
  else context.setVariable(name, value);
}

function scopeWith(frame: Scope, variables: unknown): Scope {
  const scope = frame.push(true);
  if (typeof variables === 'object' && variables !== null) Object.assign(scope.variables, variables);
  return scope;
}

function contains(container: unknown, item: unknown): boolean {
  if (typeof container === 'string' || isSafeHtml(container)) return String(container).includes(textOf(item));
  if (typeof container !== 'object' || container === null) return false;
  if (container instanceof Set || container instanceof Map) return container.has(item);
  return Array.isArray(container) ? container.includes(item) : Object.hasOwn(container, textOf(item));
}

export function range(from: unknown, to: unknown, step: unknown = 1): number[] {
  const [start, end] = [Number(from), Number(to)];
  const distance = Math.abs(Number(step)) * (end < start ? -1 : 1);
  const count = Math.floor((end - start) / distance) + 1;
  if (!(count <= longestRange))
    throw new RangeError(`the range ${from}..${to} is not one of at most ${longestRange} numbers`);
  return Array.from({ length: count }, (_, index) => start + index * distance);
}

function importOne(macros: Record<string, unknown>, name: string): unknown {
  if (macros[name] === undefined) throw new Error(`there is no macro "${name}" to import`);
  return macros[name];
}

function findFirst(env: TemplateFinder, names: readonly unknown[], ignoresMissing: boolean) {
  for (const [position, name] of names.entries()) {
    try {
      return env.find(templateName(name));
    } catch (error) {
      const isMissing = error instanceof TemplateError && error.code === 'T4_TEMPLATE_NOT_FOUND';
      const mayBeMissing = ignoresMissing || position < names.length - 1;
      if (!isMissing || !mayBeMissing) throw error;
    }
  }
  return undefined;
}

function templateName(name: unknown): string {
  if (typeof name === 'string' && name !== '') return name;
  throw new TypeError(`the name of a template must be text, not ${name === '' ? 'empty' : typeof name}`);
}

/** `line` counts from 0, as the compiler does. */
function located(error: unknown, template: string, line: number): TemplateError {
  const at = { template, line: line + 1 };
  const isBareMiss =
    error instanceof TemplateError && error.code === 'T4_TEMPLATE_NOT_FOUND' && error.line === undefined;
  return isBareMiss ? templateNotFound(error.template, at) : templateRenderError(error, at);
}
