import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseRoutePattern } from '../../src/routing/route-pattern.js';
import { matchSegment, type SegmentPattern } from '../../src/routing/segment-pattern.js';

const TYPES = {
  string: '.',
  int: '[0-9]',
  float: '[0-9.]',
  alpha: '[A-Za-z]',
  slug: '[a-z0-9-]',
} as const;
type TypeName = keyof typeof TYPES;
type Part = { readonly type: TypeName; readonly after: string };

const patternOf = (before: string, parts: readonly Part[]): SegmentPattern =>
  parseRoutePattern(`/${before}${parts.map(({ type, after }, index) => `{p${index}:${type}}${after}`).join('')}`)
    .segments[0] as SegmentPattern;

const matched = (pattern: SegmentPattern, segment: string): string[] | undefined => {
  const values: string[] = [];
  return matchSegment(pattern, segment, values, 0) ? values : undefined;
};

/** The regular expression that one would write for the pattern. It tries all splits, so it is for short texts only. */
const byExpression = (before: string, parts: readonly Part[], segment: string): string[] | undefined => {
  const escaped = (text: string): string => text.replace(/[.]/g, '\\.');
  const source = parts.map(({ type, after }) => `(${TYPES[type]}+${type === 'string' ? '?' : ''})${escaped(after)}`);
  const values = new RegExp(`^${escaped(before)}${source.join('')}$`).exec(segment)?.slice(1);
  const isNumber = (value: string, index: number): boolean =>
    parts[index]?.type !== 'float' || /^(?:\d+\.?\d*|\.\d+)$/.test(value);
  return values?.every(isNumber) ? values : undefined;
};

test('a segment with parameters is split as the regular expression for it would split it', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '1', '-', '.', '_'), maxLength: 2 });
  const part = fc.record({ type: fc.constantFrom(...(Object.keys(TYPES) as TypeName[])), after: text });
  const segment = fc.string({ unit: fc.constantFrom('a', 'b', '1', '2', '-', '.', '_'), maxLength: 14 });
  fc.assert(
    fc.property(text, fc.array(part, { minLength: 1, maxLength: 4 }), segment, (before, parts, sent) => {
      expect(matched(patternOf(before, parts), sent)).toEqual(byExpression(before, parts, sent));
    }),
    { numRuns: 3000 },
  );
});

test('what was put together from values and texts is always taken apart again', () => {
  const text = fc.string({ unit: fc.constantFrom('-', '.', '_'), minLength: 1, maxLength: 2 });
  const value = fc.string({
    unit: fc.constantFrom('a', 'B', '7', '%20', '%C3%BC', '%F0%9F%98%80', '%2F'),
    minLength: 1,
  });
  const part = fc.record({ value, after: text });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const pattern = patternOf(
        '',
        parts.map(({ after }): Part => ({ type: 'string', after })),
      );
      const sent = parts.map((each) => each.value + each.after).join('');
      expect(matched(pattern, sent)).toEqual(parts.map((each) => each.value));
    }),
  );
});

test.each<[string, string, readonly string[] | undefined]>([
  ['{slug:slug}-{id:int}', 'my-first-post-42', ['my-first-post', '42']],
  ['{slug:slug}-{id:int}', 'my-first-post', undefined],
  ['{title}-{id:int}', 'a-b-3', ['a-b', '3']],
  [
    '{id:uuid}-{size}.jpg',
    '123e4567-e89b-12d3-a456-426614174000-a-b.jpg',
    ['123e4567-e89b-12d3-a456-426614174000', 'a-b'],
  ],
  ['{name}.{type}', 'archive.tar.gz', ['archive', 'tar.gz']],
  ['{price:float}.{type:alpha}', '9.5.json', ['9.5', 'json']],
  ['{a}{b:int}', 'x12', ['x', '12']],
  ['{a}{b}', 'xy', ['x', 'y']],
  ['{a}{b}', 'x', undefined],
  ['{a}{b}', '%C3%BCx', ['%C3%BC', 'x']],
  ['{a}2{b}', 'x%20y2z', ['x%20y', 'z']],
  ['{a}0', 'x%20', undefined],
  ['{a}0', 'x%200', ['x%20']],
  ['@{user}', '@', undefined],
  ['{a}-{b}', '-x', undefined],
])('/%s takes %s apart', (pattern, segment, values) => {
  const parsed = parseRoutePattern(`/${pattern}`).segments[0] as SegmentPattern;
  expect(matched(parsed, segment)).toEqual(values);
});
