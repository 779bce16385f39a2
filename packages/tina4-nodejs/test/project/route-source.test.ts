import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { annotatedRoutes, declaredNames, exposeDeclared } from '../../src/project/route-source.js';

test('functions and classes of the top level are found, however they are written', () => {
  const source = `function a() {}
async function b() {}
export function c() {}
export default async function d() {}
class E {}
export abstract class F {}
const g = async (req, res) => {};
export const h: Middleware = (req, res, next) => next();
let i = function () {};
const j = req => req;
const notAFunction = 5;
  function indented() {}
`;
  expect(declaredNames(source)).toEqual(['a', 'b', 'c', 'd', 'E', 'F', 'g', 'h', 'i', 'j']);
});

test('what is appended to a file leaves its lines where they are', () => {
  const source = 'function a() {}\n// the last line';
  expect(exposeDeclared(source, '/app/a.ts', 'm').startsWith(source)).toBe(true);
  expect(exposeDeclared('const a = 1;', '/app/a.ts', 'm')).toBe('const a = 1;');
});

test('annotations are found above every form of registration', () => {
  const source = `
/** @noauth */
Router.get("/a", handler);
/**
 * Text.
 * @secured
 */
router.post('/b', handler);
/** @secured */
get(\`/c\`, handler);
/** @noauth */
const route = group.del('/d', handler);
/** @secured */
Router.any('/e', handler);
/** @secured */
export default async (req, res) => res.json({});
/** @secured */
Router.get(base + '/f', handler);
/** mentions someone@secured.example */
Router.get('/g', handler);
/** @secured */
const unrelated = 5;
`;
  expect(annotatedRoutes(source).map(({ method, path, isSecured }) => [method, path, isSecured])).toEqual([
    ['GET', '/a', false],
    ['POST', '/b', true],
    ['GET', '/c', true],
    ['DELETE', '/d', false],
    ['ANY', '/e', true],
    [undefined, undefined, true],
    ['GET', undefined, true],
  ]);
});

test('no text makes the readers fail or hang', () => {
  const piece = fc.constantFrom(
    '/**',
    '*/',
    '*',
    '@secured',
    'Router.get(',
    '"',
    '`',
    '\\',
    '\n',
    '/x',
    ' ',
    '${',
    'const a =',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 200 }), (pieces) => {
      const source = pieces.join('');
      annotatedRoutes(source);
      exposeDeclared(source, '/a.ts', 'm');
    }),
  );
});
