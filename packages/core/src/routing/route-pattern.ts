import { Tina4Error } from '../errors/tina4-error.js';
import { PARAM_KINDS, type ParamKind } from './param-kind.js';
import { routeTextForm } from './request-path.js';
import type { SegmentPattern } from './segment-pattern.js';

/**
 * Tina4 path patterns: `{name}`, `{name:int}`, `{...rest}`, `[name]`, `[...rest]`, `:name`, a last `*`, and literal text around
 * parameters (`/items/{id:int}.xml`).
 */
export interface RoutePattern {
  /** As the user wrote it, with the group prefix. */
  readonly source: string;
  /** What stands between the slashes, the rest left out: fixed text in the form of the path, or parameters. */
  readonly segments: readonly (string | SegmentPattern)[];
  /** True when the last parameter takes the rest of the path. */
  readonly hasRest: boolean;
  /** Equal for patterns that match the same paths whatever their parameters are called. */
  readonly shape: string;
  /** In the order of the path, that of the rest last. */
  readonly paramNames: readonly string[];
  /** For each parameter whether its value is a number. */
  readonly areNumbers: readonly boolean[];
}

interface Param {
  readonly name: string;
  readonly kind: ParamKind;
}
type Piece = string | Param;

const PARAM = /\{(\.\.\.)?(\w+)(?::(\w+))?\}|\[(\.\.\.)?(\w+)\]|:(\w+)|[{}[\]]/g;

/**
 * Parses a pattern. Throws T4_ROUTE_PATTERN naming the pattern for an unknown type (with the valid ones), a rest parameter that is
 * not last, a `*` that is not the last segment, braces that do not close, and text that no path can have.
 */
export function parseRoutePattern(source: string): RoutePattern {
  if (!source.startsWith('/')) {
    throw new Tina4Error('T4_ROUTE_PATTERN', `the route "${source}" does not start with "/". Write "/${source}".`);
  }
  const written = source.slice(1).split('/');
  const all = written.map((text, index): Piece[] =>
    text === '*' && index === written.length - 1 ? [{ name: '*', kind: PARAM_KINDS.path }] : piecesOf(source, text),
  );
  checkRest(source, all);
  const params = all.flat().filter((piece) => typeof piece !== 'string');
  const hasRest = params.at(-1)?.kind.isRest === true;
  const segments = (hasRest ? all.slice(0, -1) : all).map(segmentOf);
  return Object.freeze({
    source,
    segments,
    hasRest,
    shape: `/${[...segments.map(shapeOf), ...(hasRest ? ['*'] : [])].join('/')}`,
    paramNames: params.map(({ name }) => name),
    areNumbers: params.map(({ kind }) => kind.isNumber === true),
  });
}

/** Equal for segments that match the same. */
export function shapeOf(segment: string | SegmentPattern): string {
  if (typeof segment === 'string') return segment;
  const { kinds, texts } = segment;
  // A brace in a text of the route is encoded, so these are none of it.
  return texts.map((text, index) => (index === 0 ? text : `{${kinds[index - 1]?.name}}${text}`)).join('');
}

function piecesOf(source: string, text: string): Piece[] {
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
    if (match.index > end) pieces.push(textOf(source, text.slice(end, match.index)));
    pieces.push({ name, kind: kindOf(source, (braceDots ?? bracketDots) ? 'path' : (type ?? 'string')) });
    end = match.index + all.length;
  }
  if (end < text.length) pieces.push(textOf(source, text.slice(end)));
  if (pieces.length === 1 && (pieces[0] === '.' || pieces[0] === '..')) refuseText(source, pieces[0]);
  return pieces;
}

function textOf(source: string, text: string): string {
  if (text.includes('*')) {
    throw new Tina4Error(
      'T4_ROUTE_PATTERN',
      `the route "${source}" has a "*" that is not its last segment. Only a last "/*" is a wildcard.`,
    );
  }
  return routeTextForm(text) ?? refuseText(source, text);
}

function refuseText(source: string, text: string): never {
  throw new Tina4Error(
    'T4_ROUTE_PATTERN',
    `the route "${source}" has "${text}" in it, which no path of a request holds. A query is no part of a route.`,
  );
}

function kindOf(source: string, type: string): ParamKind {
  if (Object.hasOwn(PARAM_KINDS, type)) return PARAM_KINDS[type as keyof typeof PARAM_KINDS];
  const valid = Object.keys(PARAM_KINDS).join(', ');
  throw new Tina4Error(
    'T4_ROUTE_PATTERN',
    `the route "${source}" uses the unknown parameter type "${type}". Use one of ${valid}.`,
  );
}

function checkRest(source: string, segments: readonly (readonly Piece[])[]): void {
  const isRest = (piece: Piece): boolean => typeof piece !== 'string' && piece.kind.isRest === true;
  const at = segments.findIndex((pieces) => pieces.some(isRest));
  if (at < 0) return;
  if (at !== segments.length - 1 || segments[at]?.length !== 1) {
    throw new Tina4Error(
      'T4_ROUTE_PATTERN',
      `in the route "${source}" the parameter for the rest of the path must be the whole last segment.`,
    );
  }
}

function segmentOf(pieces: readonly Piece[]): string | SegmentPattern {
  const kinds: ParamKind[] = [];
  const texts = [''];
  for (const piece of pieces) {
    if (typeof piece === 'string') texts[texts.length - 1] += piece;
    else {
      kinds.push(piece.kind);
      texts.push('');
    }
  }
  return kinds.length === 0 ? (texts[0] as string) : { kinds, texts };
}
