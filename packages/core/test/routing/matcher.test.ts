import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Matcher } from '../../src/routing/matcher.js';
import { Router } from '../../src/routing/router.js';
import type { Target } from '../../src/routing/target.js';

const matcherOf = (patterns: readonly string[]): Matcher => {
  const router = new Router();
  for (const pattern of patterns) router.get(pattern, () => undefined);
  return new Matcher(router.routes, (route) => ({ label: route.pattern.source }) as Target);
};

const found = (matcher: Matcher, path: string): string | undefined => {
  const match = matcher.find('GET', path);
  return 'target' in match ? match.target.label : undefined;
};

/** Kinds of a segment, the most particular first, with the expression for what they take. */
const KINDS: readonly (readonly [segment: string, expression: string])[] = [
  ['a', 'a'],
  ['b', 'b'],
  ['', ''],
  ['x{p}', 'x[^/]+'],
  ['{p:int}', '[0-9]+'],
  ['{p}', '[^/]+'],
  ['*', '.*'],
];
const rankOf = (segment: string): number => KINDS.findIndex(([kind]) => kind === segment);

/** Every pattern is tried by itself, and the one that is most particular from the left wins. */
const byTrying = (patterns: readonly string[], path: string): string | undefined => {
  const fitting = patterns.filter((pattern) => {
    const expressions = pattern.split('/').map((segment) => KINDS[rankOf(segment)]?.[1]);
    return new RegExp(`^${expressions.join('/')}$`).test(path);
  });
  const ranks = (pattern: string): string => pattern.split('/').map(rankOf).join('');
  return fitting.sort((one, other) => (ranks(one) < ranks(other) ? -1 : 1))[0];
};

test('the route is the one that trying all of them would choose', () => {
  const middle = fc.constantFrom('a', 'b', '', 'x{p}', '{p:int}', '{p}');
  const last = fc.constantFrom('a', 'b', '', 'x{p}', '{p:int}', '{p}', '*');
  const pattern = fc
    .tuple(fc.array(middle, { maxLength: 2 }), last)
    .map(([start, end]) => ['', ...start, end].join('/'));
  const segment = fc.constantFrom('a', 'b', '', 'x', 'xy', '7', '77', 'c');
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.join('/')}`);
  fc.assert(
    fc.property(fc.uniqueArray(pattern, { maxLength: 12 }), path, (patterns, sent) => {
      expect(found(matcherOf(patterns), sent)).toBe(byTrying(patterns, sent));
    }),
    { numRuns: 2000 },
  );
});

test('parameters are named, decoded and cast, and a name like __proto__ is a name', () => {
  const match = matcherOf(['/{__proto__}/{n:int}/{...rest}']).find('GET', '/a%20b/07/c%2Fd/e') as unknown as {
    params: Record<string, unknown>;
  };
  expect(Object.entries(match.params)).toEqual([
    ['__proto__', 'a b'],
    ['n', 7],
    ['rest', 'c/d/e'],
  ]);
});
