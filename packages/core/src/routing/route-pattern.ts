import { Tina4Error } from '../errors/tina4-error.js';

/**
 * Tina4 path patterns: `{name}`, `{name:int}`, `{...rest}`, `[name]`, `[...rest]`, `:name`, a last `*`, and literal text around
 * parameters (`/items/{id:int}.xml`), translated for find-my-way.
 */

type ParamKind = { readonly regex?: string; readonly isNumber?: boolean; readonly isRest?: boolean };

const PARAM_KINDS: Readonly<Record<string, ParamKind>> = {
  string: {},
  int: { regex: '\\d+', isNumber: true },
  integer: { regex: '\\d+', isNumber: true },
  float: { regex: '\\d+\\.?\\d*|\\.\\d+', isNumber: true },
  number: { regex: '\\d+\\.?\\d*|\\.\\d+', isNumber: true },
  path: { isRest: true },
  alpha: { regex: '[A-Za-z]+' },
  alphanumeric: { regex: '[A-Za-z0-9]+' },
  alnum: { regex: '[A-Za-z0-9]+' },
  slug: { regex: '[a-z0-9-]+' },
  uuid: { regex: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}' },
};

/** A pattern ready for the router. */
export interface RoutePattern {
  /** As the user wrote it, with the group prefix. */
  readonly source: string;
  /** In find-my-way's syntax. */
  readonly matcherPath: string;
  /** Equal for patterns that match the same paths whatever their parameters are called. */
  readonly shape: string;
  readonly paramNames: readonly string[];
  /** Names whose values are numbers. */
  readonly numberNames: readonly string[];
  /** Name of the parameter that takes the rest of the path (find-my-way calls it `*`). */
  readonly restName: string | undefined;
}

type Piece = { readonly literal: string } | { readonly name: string; readonly kind: ParamKind };

const PARAM = /\{(\.\.\.)?(\w+)(?::(\w+))?\}|\[(\.\.\.)?(\w+)\]|:(\w+)|[{}[\]]/g;

/**
 * Parses a pattern. Throws a TypeError naming the pattern for an unknown type (with the valid ones), a rest parameter that is
 * not last, a `*` that is not the last segment, or braces that do not close.
 */
export function parseRoutePattern(source: string): RoutePattern {
  if (!source.startsWith('/')) {
    throw new Tina4Error('T4_ROUTE_PATTERN', `the route "${source}" does not start with "/". Write "/${source}".`);
  }
  const rest = source.endsWith('/*') ? '*' : undefined;
  const pieces = splitPieces(source, rest === undefined ? source : source.slice(0, -1));
  if (rest !== undefined) pieces.push({ name: '*', kind: PARAM_KINDS.path as ParamKind });
  checkRest(source, pieces);

  let matcherPath = '';
  let shape = '';
  for (const [index, piece] of pieces.entries()) {
    if ('literal' in piece) {
      matcherPath += piece.literal.replaceAll(':', '::');
      shape += piece.literal;
    } else if (piece.kind.isRest) {
      matcherPath += '*';
      shape += '*';
    } else {
      const regex = piece.kind.regex ?? (isWholeSegment(pieces, index) ? undefined : '[\\s\\S]+?');
      matcherPath += regex === undefined ? `:${piece.name}` : `:${piece.name}(^${regex}$)`;
      shape += regex === undefined ? '{}' : `{${regex}}`;
    }
  }
  const params = pieces.filter((piece) => 'name' in piece);
  return Object.freeze({
    source,
    matcherPath,
    shape,
    paramNames: params.map((param) => param.name),
    numberNames: params.filter((param) => param.kind.isNumber).map((param) => param.name),
    restName: params.find((param) => param.kind.isRest)?.name,
  });
}

function splitPieces(source: string, text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(PARAM)) {
    const [all, braceDots, braceName, type, bracketDots, bracketName, colonName] = match;
    const name = braceName ?? bracketName ?? colonName;
    if (name === undefined) {
      throw new Tina4Error(
        'T4_ROUTE_PATTERN',
        `the route "${source}" has a "${all}" that is not part of a parameter. Write {name} or {name:type}.`,
      );
    }
    if (match.index > end) pieces.push({ literal: text.slice(end, match.index) });
    pieces.push({ name, kind: kindOf(source, (braceDots ?? bracketDots) ? 'path' : (type ?? 'string')) });
    end = match.index + all.length;
  }
  if (end < text.length) pieces.push({ literal: text.slice(end) });
  if (pieces.some((piece) => 'literal' in piece && piece.literal.includes('*'))) {
    throw new Tina4Error(
      'T4_ROUTE_PATTERN',
      `the route "${source}" has a "*" that is not its last segment. Only a last "/*" is a wildcard.`,
    );
  }
  return pieces;
}

function kindOf(source: string, type: string): ParamKind {
  const kind = Object.hasOwn(PARAM_KINDS, type) ? PARAM_KINDS[type] : undefined;
  if (kind === undefined) {
    const valid = Object.keys(PARAM_KINDS).join(', ');
    throw new Tina4Error(
      'T4_ROUTE_PATTERN',
      `the route "${source}" uses the unknown parameter type "${type}". Use one of ${valid}.`,
    );
  }
  return kind;
}

function checkRest(source: string, pieces: readonly Piece[]): void {
  const at = pieces.findIndex((piece) => 'name' in piece && piece.kind.isRest);
  if (at < 0) return;
  const before = pieces[at - 1];
  if (at !== pieces.length - 1 || before === undefined || !('literal' in before) || !before.literal.endsWith('/')) {
    throw new Tina4Error(
      'T4_ROUTE_PATTERN',
      `in the route "${source}" the parameter for the rest of the path must be the whole last segment.`,
    );
  }
}

/** A parameter with text beside it in its segment needs a regular expression, or it would swallow that text. */
function isWholeSegment(pieces: readonly Piece[], index: number): boolean {
  const before = pieces[index - 1];
  const after = pieces[index + 1];
  const startsSegment = before !== undefined && 'literal' in before && before.literal.endsWith('/');
  const endsSegment = after === undefined || ('literal' in after && after.literal.startsWith('/'));
  return startsSegment && endsSegment;
}
