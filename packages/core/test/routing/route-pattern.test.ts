import { expect, test } from '@jest/globals';
import { parseRoutePattern } from '../../src/routing/route-pattern.js';

test('patterns that differ only in parameter names have the same shape', () => {
  expect(parseRoutePattern('/a/{x:int}/b').shape).toBe(parseRoutePattern('/a/{y:int}/b').shape);
  expect(parseRoutePattern('/a/{x:int}/b').shape).not.toBe(parseRoutePattern('/a/{x}/b').shape);
});

test('an unknown parameter type is refused with the route and the valid types', () => {
  expect(() => parseRoutePattern('/items/{id:integre}')).toThrow(
    /"\/items\/\{id:integre\}".*"integre".*int, integer, float/s,
  );
});

test.each([
  ['/files/{rest:path}/more', /rest of the path must be the whole last segment/],
  ['/files/x{rest:path}', /rest of the path must be the whole last segment/],
  ['/a/*/b', /"\*" that is not its last segment/],
  ['/a/{id', /not part of a parameter/],
  ['items', /does not start with "\/"/],
  ['/search?q={q}', /no path of a request holds/],
  ['/a/../b', /no path of a request holds/],
  ['/a#b', /no path of a request holds/],
  ['/a%00', /no path of a request holds/],
  ['/a%ff', /no path of a request holds/],
])('the pattern %s is refused', (pattern, message) => {
  expect(() => parseRoutePattern(pattern)).toThrow(message);
});
