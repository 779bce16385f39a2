import type { ParamKind } from './param-kind.js';

/**
 * A segment with parameters: `texts[0]`, the first parameter, `texts[1]`, and so on to the last text. Texts are in the form of the
 * path and may be empty.
 */
export interface SegmentPattern {
  readonly kinds: readonly ParamKind[];
  /** One more than there are parameters. */
  readonly texts: readonly string[];
}

/** Longer segments are not split between several parameters: what is so long is no address of ours. */
const MAX_SPLIT_LENGTH = 1024;

/**
 * Puts what the parameters hold in `segment` into `values` from index `at` on, still encoded; false when the segment does not fit.
 * No parameter is empty. Time and memory are linear to the segment's length.
 */
export function matchSegment({ kinds, texts }: SegmentPattern, segment: string, values: string[], at: number): boolean {
  const [first, last] = [texts[0] as string, texts.at(-1) as string];
  const end = segment.length - last.length;
  if (end <= first.length || !segment.startsWith(first) || !segment.endsWith(last)) return false;
  if (kinds.length > 1) return split(kinds, texts, segment, values, at);
  const value = segment.slice(first.length, end);
  const { accepts } = kinds[0] as ParamKind;
  if (accepts === undefined ? last !== '' && isCutAt(segment, end) : !accepts(value)) return false;
  values[at] = value;
  return true;
}

/** Marks of a place in a segment, for one of its parameters: it may begin there, it may end there. */
const BEGIN = 1;
const END = 2;

/**
 * Several parameters. Where more than one split fits, those with a type take as much as they can and those without as little,
 * from the left, as the regular expression would that one writes for it; but nothing is tried twice: going from the right, it is
 * marked for each parameter and place whether everything from there on fits.
 */
function split(
  kinds: readonly ParamKind[],
  texts: readonly string[],
  segment: string,
  values: string[],
  at: number,
): boolean {
  if (segment.length > MAX_SPLIT_LENGTH) return false;
  const places = segment.length + 1;
  const marks = new Uint8Array(places * kinds.length);
  let behind: Uint8Array | undefined;
  for (let index = kinds.length - 1; index >= 0; index--) {
    const own = marks.subarray(places * index, places * (index + 1));
    markEnds(own, texts[index + 1] as string, segment, behind);
    markBegins(own, kinds[index] as ParamKind, segment);
    behind = own;
  }
  let begin = (texts[0] as string).length;
  if (((marks[begin] as number) & BEGIN) === 0) return false;
  for (const [index, kind] of kinds.entries()) {
    const end = endOf(kind, segment, begin, marks.subarray(places * index));
    const value = segment.slice(begin, end);
    if (kind.accepts?.(value) === false) return false;
    values[at + index] = value;
    begin = end + (texts[index + 1] as string).length;
  }
  return true;
}

/** A parameter may end where `text` follows, and behind that the next one (with marks `next`) or nothing. */
function markEnds(own: Uint8Array, text: string, segment: string, next: Uint8Array | undefined): void {
  const last = segment.length - text.length;
  for (let at = last; at > 0; at--) {
    const fits = next === undefined ? at === last : ((next[at + text.length] as number) & BEGIN) !== 0;
    if (fits && segment.startsWith(text, at) && !isCutAt(segment, at)) own[at] = END;
  }
}

/** A parameter may begin where one of its ends is reached through characters of its kind. */
function markBegins(own: Uint8Array, { characters, length, accepts }: ParamKind, segment: string): void {
  for (let at = segment.length - 1; at >= 0; at--) {
    const fits =
      length === undefined
        ? own[at + 1] !== 0 && (characters === undefined || characters[segment.charCodeAt(at)] === 1)
        : ((own[at + length] ?? 0) & END) !== 0 && accepts?.(segment.slice(at, at + length)) !== false;
    if (fits) own[at] = (own[at] as number) | BEGIN;
  }
}

function endOf({ characters, length }: ParamKind, segment: string, begin: number, marks: Uint8Array): number {
  if (length !== undefined) return begin + length;
  let end = begin;
  for (let at = begin; at < segment.length; at++) {
    if (characters !== undefined && characters[segment.charCodeAt(at)] !== 1) break;
    if (((marks[at + 1] as number) & END) === 0) continue;
    end = at + 1;
    if (characters === undefined) break;
  }
  return end;
}

/** True inside an encoded character, which may be several bytes (`%C3%BC`): no parameter ends there. */
function isCutAt(segment: string, at: number): boolean {
  if (segment[at - 1] === '%' || segment[at - 2] === '%') return true;
  return segment[at] === '%' && /^[89AB]/.test(segment[at + 1] ?? '');
}
