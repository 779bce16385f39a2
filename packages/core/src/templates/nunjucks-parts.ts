/**
 * The only file that imports nunjucks. Its parser and compiler are exported classes made for extending, but their
 * types are not published: what we use of them is written down here. The version is pinned, as these parts are
 * documented only by their source.
 */
import { createRequire } from 'node:module';

/** A lexical token. Lines and columns count from 0, as nunjucks does everywhere inside. */
export type Token = { type: string; value: string; lineno: number; colno: number };

/** A node of the syntax tree. Which fields there are depends on `typename`. */
export interface Node {
  readonly typename: string;
  lineno: number;
  colno: number;
  // biome-ignore lint/suspicious/noExplicitAny: nunjucks nodes carry different fields per type
  [field: string]: any;
}

// biome-ignore lint/suspicious/noExplicitAny: constructors of nodes take different fields per type
type NodeClass = { new (lineno: number, colno: number, ...fields: any[]): Node };
type ExtensibleNodeClass = NodeClass & { extend(name: string, members: { fields: string[] }): NodeClass };

/** Compile-time knowledge of which template variable is held by which JavaScript variable. */
export interface Frame {
  lookup(name: string): string | undefined | null;
  set(name: string, jsName: string): void;
  push(): Frame;
  /** True for what stands in the file itself and not in a loop, block or macro. */
  topLevel: boolean;
}

/** What nunjucks' parser asks of a lexer. */
export interface TokenSource {
  nextToken(): Token | null;
  readonly tags: { VARIABLE_START: string; VARIABLE_END: string; COMMENT_START: string; COMMENT_END: string };
}

interface ParserMethods {
  readonly tokens: TokenSource;
  breakOnBlocks: string[] | null;
  nextToken(): Token | null;
  peekToken(): Token | null;
  pushToken(token: Token): void;
  skip(type: string): boolean;
  skipSymbol(value: string): boolean;
  skipValue(type: string, value: string): boolean;
  error(message: string, lineno?: number, colno?: number): Error;
  fail(message: string, lineno?: number, colno?: number): never;
  advanceAfterBlockEnd(name?: string): Token;
  parseAsRoot(): Node;
  /** Reads to the next tag of `breakOnBlocks`, or to the end. */
  parse(): Node;
  parseFor(): Node;
  parseExpression(): Node;
  parseUnary(withoutFilters?: boolean): Node;
  parsePostfix(node: Node): Node;
  parseAggregate(): Node;
  parseSignature(isOptional?: boolean): Node;
  parseStatement(): Node | null;
  parseUntilBlocks(...names: string[]): Node;
  parseFilter(node: Node): Node;
  parseFilterName(): Node;
}

interface CompilerMethods {
  buffer: string;
  inBlock: boolean;
  readonly templateName: string;
  compile(node: Node, frame?: Frame): void;
  getCode(): string;
  fail(message: string, lineno?: number, colno?: number): never;
  _emit(code: string): void;
  _emitLine(code: string): void;
  _tmpid(): string;
}

interface NunjucksParts {
  parser: { Parser: new (tokens: TokenSource) => ParserMethods };
  compiler: { Compiler: new (templateName: string, throwOnUndefined: boolean) => CompilerMethods };
  nodes: Record<string, ExtensibleNodeClass>;
  runtime: { Frame: new () => Frame };
}

// Needed whole when this file is: it is loaded with the first template.
const parts = createRequire(import.meta.url)('nunjucks') as NunjucksParts;

/** A node class by its name; throws when this version of nunjucks has no such node. */
export function nodeClass(name: string): ExtensibleNodeClass {
  const found = parts.nodes[name];
  if (found === undefined) throw new Error(`nunjucks has no node "${name}"`);
  return found;
}

export const Parser = parts.parser.Parser;
export const Compiler = parts.compiler.Compiler;
export const CompileFrame = parts.runtime.Frame;

/** Our own node: a call of a function of the template runtime, with expressions as arguments. */
export const RuntimeCall = nodeClass('Node').extend('RuntimeCall', { fields: ['name', 'args'] });
/** Our own node: `{% with %}`, a scope with variables of its own. */
export const With = nodeClass('Node').extend('With', { fields: ['variables', 'body'] });
/** Our own node: the same block one template further up, `{{ parent() }}`. */
export const ParentBlock = nodeClass('Node').extend('ParentBlock', { fields: ['blockName'] });
/** Our own node: `{{ block("name") }}`. */
export const BlockCall = nodeClass('Node').extend('BlockCall', { fields: ['name'] });
/** Our own node: `{{ include("name") }}`. */
export const IncludeCall = nodeClass('Node').extend('IncludeCall', {
  fields: ['template', 'variables', 'withContext', 'ignoreMissing'],
});
