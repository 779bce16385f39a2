import { expect, test } from '@jest/globals';
import { Route, RouteGroup } from '../../src/index.js';

/** What can be chained; getters and the lookup for the framework apart. */
function optionsOf({ prototype }: { prototype: object }): string[] {
  const described = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  const methods = described.filter(([, { value }]) => typeof value === 'function').map(([name]) => name);
  return methods.filter((name) => !['constructor', 'setting'].includes(name)).sort();
}

test('whatever a route can be told, a group can be told for all its routes', () => {
  expect(optionsOf(Route)).toContain('cache');
  expect(optionsOf(RouteGroup)).toEqual(optionsOf(Route));
});
