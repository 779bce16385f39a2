import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseFieldPairs } from '../../src/request/form-fields.js';

const pieces = [
  'a',
  '=',
  '&',
  '+',
  '%',
  '%41',
  '%C3%BC',
  '%c3',
  '%ff',
  '%E2%82%AC',
  '%zz',
  '%4',
  'ü',
  '€',
  '😀',
  ' ',
  '[]',
  '\0',
];
const texts = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 40 })
  .map((parts) => parts.join(''));
/** Longer than the texts for which the built-in functions are used. */
const longTexts = texts.map((text) => `x=${'+'.repeat(300)}${text}`);

test('query strings and forms are read as the URL standard says', () => {
  fc.assert(
    fc.property(fc.oneof(texts, longTexts), (text) => {
      // It takes a question mark at the start for the end of a path, and Node's drops letters outside of ASCII beside broken escapes.
      const standard = new URLSearchParams(`?${text.replace(/[^\0-\x7f]+/g, encodeURIComponent)}`);
      expect(parseFieldPairs(text, 10_000, 'utf8')).toEqual([...standard]);
    }),
    { numRuns: 2000 },
  );
});
