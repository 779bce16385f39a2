import { expect, test } from '@jest/globals';
import { MIDDLEWARE_DEFAULTS, type MiddlewareSpec } from '../../src/index.js';
import type { Middleware } from '../../src/middleware/compose.js';
import { middlewareResolver, type NameLookup } from '../../src/middleware/resolve-middleware.js';

const CONTEXT = { usedBy: 'GET /x', sourceFile: '/app/a.ts' };
const own: Middleware = (_req, _res, next) => next();
const other: Middleware = (_req, _res, next) => next();

/** What names lead to: those of the route's own file, and those of all files. */
function lookup(inFile: Record<string, unknown>, anywhere: Record<string, unknown> = {}): () => NameLookup {
  return () => ({
    inFile: (name, file) => (file === CONTEXT.sourceFile ? inFile[name] : undefined),
    anywhere: (name) => anywhere[name],
  });
}

const resolved = (spec: unknown, names?: () => NameLookup): Middleware[] =>
  middlewareResolver(MIDDLEWARE_DEFAULTS, names)([spec as MiddlewareSpec], CONTEXT);

test("the file of the route comes before the built-ins, and those before other files' names", () => {
  expect(resolved('Cors', lookup({ Cors: own }, { Cors: other }))).toEqual([own]);
  expect(resolved('check', lookup({}, { check: other }))).toEqual([other]);
  expect(resolved('Cors', lookup({}, { Cors: other }))[0]?.name).toBe('cors');
});

test('names, functions and lists of both stand in their order', () => {
  const names = lookup({ own, both: [own, other] });
  expect(resolved([other, ['own', other], 'both'], names)).toEqual([other, own, other, own, other]);
});

test('spaces around a name do not count, and what stands behind its colon reaches the built-in', () => {
  expect(resolved(' own ', lookup({ own }))).toEqual([own]);
  expect(() => resolved('RateLimiter:many')).toThrow('T4_MIDDLEWARE_ARGUMENT: "RateLimiter:many"');
});

test.each([
  ['a name nobody declares', 'requireLogin', '"requireLogin", which is declared nowhere'],
  ['a name that stands for another name', 'alias', '"own", which is not a function'],
  ['nothing', undefined, '"undefined", which is not a function'],
  ['an object', {}, 'which is not a function'],
])('%s is never passed over', (_name, spec, text) => {
  expect(() => resolved(spec, lookup({ alias: 'own', own }))).toThrow(
    expect.objectContaining({ code: 'T4_MIDDLEWARE_UNKNOWN', message: expect.stringContaining(text) }),
  );
});

test('names are asked anew each time, as a reload changes them', () => {
  let current: unknown = own;
  const resolve = middlewareResolver(MIDDLEWARE_DEFAULTS, () => lookup({ check: current })());
  expect(resolve(['check'], CONTEXT)).toEqual([own]);
  current = other;
  expect(resolve(['check'], CONTEXT)).toEqual([other]);
});
