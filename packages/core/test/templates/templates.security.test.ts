import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { folderWith, shown, templatesWith } from './template-text.js';

const escapesFromTheFolder = [
  '../secret.html',
  'a/../../secret.html',
  '/etc/passwd',
  '..',
  '..\\secret.html',
  'a\0.html',
  './../secret.html',
];

test.each(escapesFromTheFolder)('the name %j, which leaves the folder, is refused', async (name) => {
  const templates = await templatesWith({ 'a/b.html': 'b', 'page.html': '{% include name %}' });
  await writeFile(join(await folderWith({}), 'secret.html'), 'secret');
  expect(templates.has(name)).toBe(false);
  expect(() => templates.render(name)).toThrow(expect.objectContaining({ code: 'T4_TEMPLATE_OUTSIDE' }));
  expect(() => templates.render('page.html', { name })).toThrow(
    expect.objectContaining({ code: 'T4_TEMPLATE_OUTSIDE' }),
  );
});

const waysToTheLanguage = [
  'constructor',
  '__proto__',
  'toString',
  'text.constructor',
  'text["constructor"]',
  'text["constr" ~ "uctor"]',
  'text[["constructor"]]',
  'call[["constructor"]]',
  'text[key]',
  'call[key]',
  'call[sly]',
  'list.__proto__',
  'call.constructor',
  'call.prototype',
  'object.__lookupGetter__',
  '[text] | map("constructor") | first',
  '[text] | map("toString.constructor") | first',
  '[text] | column("__proto__") | first',
  '[list] | sort("constructor") | first | length == 99',
  '(object | json_encode | json_decode).constructor',
  '{"a": 1}.constructor',
  'loop.constructor',
  '_self.constructor',
];

test.each(waysToTheLanguage)('%s does not lead out of the data', async (expression) => {
  let calls = 0;
  const sly = { toString: () => (calls++ === 0 ? 'length' : 'constructor') };
  const data = { text: 'a', list: [], object: {}, key: 'constructor', sly, call() {} };
  expect(['', 'false', '0']).toContain(await shown(`{{ ${expression} }}`, data));
});

test.each([
  'text.constructor("x")',
  'call.constructor("return 1")()',
  'text["sub"].constructor("return 1")()',
  'constructor.constructor("return 1")()',
  'object.__defineGetter__("a", call)',
])('%s is not called', async (expression) => {
  await expect(shown(`{{ ${expression} }}`, { text: 'a', object: {}, call() {} })).rejects.toThrow('cannot be called');
});

test('data may have entries with such names', async () => {
  expect(
    await shown('{{ team.constructor }} {{ prototype }}', { team: { constructor: 'Ferrari' }, prototype: 'P' }),
  ).toBe('Ferrari P');
});

test('nothing that a template does changes the prototype of objects', async () => {
  const data = JSON.parse('{"__proto__": {"polluted": 1}, "o": {"__proto__": {"polluted": 1}}}');
  await shown(
    '{% set __proto__ = 1 %}{% set x = o|merge({"__proto__": {"polluted": 1}}) %}{{ {"__proto__": {"polluted": 1}}.a }}{% with o %}{{ x.polluted }}{% endwith %}',
    data,
  );
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test('data is never taken for template text', async () => {
  expect(await shown('{{ x }}{% include "p" with {y: x} %}', { x: '{{ 7 * 7 }}{% raw %}' }, { p: '{{ y }}' })).toBe(
    '{{ 7 * 7 }}{% raw %}'.repeat(2),
  );
});

test('whatever the data is, it cannot open a tag or leave an attribute', async () => {
  const ways = [
    'x',
    'x | upper',
    'x | trim',
    'x | nl2br',
    'x | default("d")',
    'x ~ "a"',
    '[x, x] | join("&")',
    'x | json_encode',
    'x | json_encode | e',
    'x | js_escape',
    'x | e("js")',
    'x | e("css")',
    'x | e("url")',
    'x | e("html_attr")',
    'x | striptags',
    'x | striptags("<b>")',
    'x | spaceless',
    '[x, x] | join("a", x)',
    'x | trim("a<")',
    'x | split("", 2) | last',
    'n(x, x)',
    'block("shown")',
    'include("q")',
    'x | truncate(3)',
    'm(x)',
    'x ?? 1',
    'c ? x : 1',
    'x | e',
    'x | replace("a", "<")',
    'x | format(x)',
    'x | split("") | first',
    'x | reverse',
    'x | url_encode',
    '{"k": x}.k',
    'x | title',
    'captured',
  ];
  const text = `{% macro m(v) %}{{ v }}{% endmacro %}{% macro n() %}{{ varargs | join }}{% endmacro %}{% set hidden %}{% block shown x %}{% endset %}{% set captured %}{{ x }}{% endset %}${ways.map((way) => `<i a="{{ ${way} }}" b='{{ ${way} }}'>`).join('')}`;
  const templates = await templatesWith({ p: text, q: '{{ x }}' });
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...`<>&"'\`/={}%#a \n`) }),
    fc.anything(),
  );
  fc.assert(
    fc.property(hostile, (x) => {
      // A value that cannot be turned into text at all is an error, which shows nothing.
      const html = rendered(() => templates.render('p', { x, c: true }));
      const withoutBreaks = html.replaceAll('<br>', '');
      expect(withoutBreaks.replace(/<i a="[^"<>]*" b='[^'<>]*'>/g, '')).toBe('');
    }),
    { numRuns: 300 },
  );
});

test('a template of any text either compiles or is refused with its name and line', async () => {
  const pieces = fc.constantFrom(
    '{{',
    '}}',
    '{%',
    '%}',
    '{#',
    '#}',
    'if',
    'for',
    'x',
    ' in ',
    '"',
    "'",
    '|',
    'upper',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ':',
    '?',
    '??',
    '-',
    '~',
    '.',
    '1',
    ' is ',
    'not',
    '\n',
    'endif',
    'endfor',
    'else',
    ' raw ',
    'block',
    'set',
    '=',
    'a',
    ',',
    'macro',
    'include',
    'extends',
  );
  const texts = fc
    .sample(fc.array(pieces, { maxLength: 20 }), { numRuns: 1500, seed: 7 })
    .map((parts) => parts.join(''));
  const templates = await templatesWith(Object.fromEntries(texts.map((text, index) => [`t${index}`, text])));
  const odd = templates.problems.filter((problem) => problem.code !== 'T4_TEMPLATE_SYNTAX');
  expect(odd.map((problem) => `${problem.message}: ${texts[Number(problem.template.slice(1))]}`)).toEqual([]);
});

function rendered(render: () => string): string {
  try {
    return render();
  } catch (error) {
    expect(error).toMatchObject({ code: 'T4_TEMPLATE_RENDER' });
    return '';
  }
}
