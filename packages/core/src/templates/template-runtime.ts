import { printFor } from './escape-strategies.js';
import { call, makeMacro, NamedArguments } from './macros.js';
import { callMember, readMember } from './member-access.js';
import { compare, contains, isTrue, keysOf, listOf, matches, range } from './operators.js';
import { type CompiledTemplate, RenderContext, type RenderFunction, Scope } from './render-scope.js';
import { htmlOf, textOf } from './safe-html.js';
import { type SafePlace, SafeText } from './safe-text.js';
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

/**
 * The functions that compiled templates call; the compiler writes these names into their code. One object serves all
 * renderings: what belongs to one of them is handed in as `context` and `frame`.
 */
export function templateRuntime(parts: {
  readonly filters: Record<string, TemplateFilter>;
  readonly tests: Record<string, TemplateTest>;
  readonly functions: Record<string, (...args: unknown[]) => unknown>;
}) {
  const runtime = {
    ...parts,
    memberLookup: readMember,
    callMember,
    call,
    makeMacro,
    namedArguments: (values: Record<string, unknown>) => new NamedArguments(values),
    contextOrFrameLookup,
    assign,
    scopeWith,
    safe: (text: string, safeIn: SafePlace) => new SafeText(text, safeIn),
    raw: (text: string) => new SafeText(text, 'all'),
    print: textOf,
    printEscaped: htmlOf,
    printFor,
    isTrue,
    or: (left: unknown, right: () => unknown) => (isTrue(left) ? left : right()),
    and: (left: unknown, right: () => unknown) => (isTrue(left) ? right() : left),
    nullish: (left: unknown, right: unknown) => left ?? right,
    concat: (left: unknown, right: unknown) => textOf(left) + textOf(right),
    spaceship: compare,
    startsWith: (text: unknown, start: unknown) => textOf(text).startsWith(textOf(start)),
    endsWith: (text: unknown, end: unknown) => textOf(text).endsWith(textOf(end)),
    matches,
    contains,
    range,
    listOf,
    keysOf,
    loopOf: (frame: Scope, length: number) => new Loop(frame, length),
    nothing: () => '',
    located,
    importOne,
    block: (env: TemplateFinder, context: RenderContext, frame: Scope, isInScript: boolean, name: unknown): string =>
      context.getBlock(textOf(name))(env, context, frame, runtime, isInScript),
    parentBlock: (
      env: TemplateFinder,
      context: RenderContext,
      frame: Scope,
      isInScript: boolean,
      name: string,
      block: RenderFunction,
    ) => runtime.raw(context.getParentBlock(name, block)(env, context, frame, runtime, isInScript)),
    extend(env: TemplateFinder, context: RenderContext, name: unknown, earlier: CompiledTemplate | null) {
      if (earlier !== null) throw new Error('{% extends %} is used twice in one template');
      const parent = findFirst(env, Array.isArray(name) ? name : [name], false) as CompiledTemplate;
      context.addBlocks(parent.blocks);
      return parent;
    },
    include(
      env: TemplateFinder,
      context: RenderContext,
      frame: Scope,
      isInScript: boolean,
      name: unknown,
      variables: unknown,
      isOnly: boolean,
      ignoresMissing: boolean,
    ): string {
      const template = findFirst(env, Array.isArray(name) ? name : [name], ignoresMissing);
      if (template === undefined) return '';
      const own = new RenderContext(isOnly ? undefined : context.variables, context.globals);
      own.addBlocks(template.blocks);
      return template.root(env, own, scopeWith(isOnly ? new Scope() : frame, variables), runtime, isInScript);
    },
    importAll(env: TemplateFinder, context: RenderContext, name: unknown): Record<string, unknown> {
      const template = env.find(templateName(name));
      const own = new RenderContext(undefined, context.globals);
      template.root(env, own, new Scope(), runtime, false);
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
  /** Whether this is the first, third, fifth, … round. */
  get odd(): boolean {
    return this.index0 % 2 === 0;
  }
  get even(): boolean {
    return this.index0 % 2 === 1;
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
  if (variables === undefined || variables === null) return scope;
  if (typeof variables !== 'object' || Array.isArray(variables) || variables instanceof SafeText) {
    throw new TypeError(`"with" takes an object of variables, not ${Array.isArray(variables) ? 'a list' : 'text'}`);
  }
  Object.assign(scope.variables, variables);
  return scope;
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
