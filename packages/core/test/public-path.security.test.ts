import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { publicPath } from '../src/public-path.js';

const answerTo = (path: string, isWindows: boolean): unknown => {
  try {
    return publicPath(path, isWindows);
  } catch (error) {
    return (error as { status?: unknown }).status;
  }
};

test.each([
  ['/css/a.css', '/css/a.css'],
  ['/a%20b.txt', '/a b.txt'],
  ['/%C3%BC/', '/ü/'],
  ['/..', undefined],
  ['/a/..%5C..%5Csecret', undefined],
  ['/a%5Cb.css', undefined],
  ['/a%2Fb.css', undefined],
  ['/a\\b.css', undefined],
  ['//a.css', undefined],
  ['/a//b.css', undefined],
  ['a.css', undefined],
  ['/a%00.css', undefined],
  ['/%zz', undefined],
  ['/.env', 403],
  ['/a/%2Egit/config', 403],
])('%s leads to %p on every system', (path, expected) => {
  expect([answerTo(path, false), answerTo(path, true)]).toEqual([expected, expected]);
});

test.each([
  '/CON',
  '/a/nul.txt',
  '/COM1.log',
  '/lpt¹',
  '/style.css::$DATA',
  '/C:/Windows/win.ini',
  '/web.config.',
  '/secret.txt%20',
  '/PROGRA~1/x',
  '/CONIN$',
])('%s is refused on Windows, where it names something else than it says', (path) => {
  expect(answerTo(path, true)).toBe(403);
});

test('names that only look like devices are served on Windows', () => {
  expect(publicPath('/console.css', true)).toBe('/console.css');
  expect(publicPath('/null.txt', true)).toBe('/null.txt');
});

test('no URL path leads out of the folder or to a dot file', () => {
  const piece = fc.constantFrom('/', '\\', '.', '..', '%2e', '%2f', '%5c', '%00', 'a', '%', 'ü', ':', '~1', ' ');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, isWindows) => {
      const answer = answerTo(`/${pieces.join('')}`, isWindows);
      if (typeof answer !== 'string') return answer === undefined || answer === 403;
      return answer.split(/[/\\]/).every((segment) => !segment.startsWith('.')) && !/\0|\/\/|\\/.test(answer);
    }),
  );
});
