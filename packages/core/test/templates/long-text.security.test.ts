import { expect, test } from '@jest/globals';
import { minifyHtml } from '../../src/templates/spaces-between-tags.js';
import { templatesWith } from './template-text.js';

/** Processor time, which other processes of a busy machine do not add to. */
const mostMs = 250;

function processorMs(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1000;
}

/** 100 kB of a piece. */
function many(piece: string): string {
  return piece.repeat(Math.ceil(100_000 / piece.length));
}

const pieces = [
  '<a',
  '<',
  '<!--',
  '<a "',
  '<a="',
  "<a='>",
  '<b>',
  '< ',
  '>  ',
  ' ',
  '😀',
  '9',
  "'",
  '\\',
  '\n',
  'a b',
  '\u0301',
  '\ud83d',
];

const filters = [
  'upper',
  'capitalize',
  'title',
  'trim',
  'trim("a<9")',
  'striptags',
  'striptags("<a><b>")',
  'slug',
  'wordwrap(20)',
  'truncate(150000)',
  'nl2br',
  'replace("a", "b")',
  'replace({"a": "b", "<": "c", "aa": "d"})',
  'split("") | length',
  'split("a") | length',
  'reverse',
  'length',
  'slice(5, -5)',
  'e',
  'e("js")',
  'e("html_attr")',
  'e("css")',
  'e("url")',
  'number_format(2)',
  'round(2)',
  'int',
  'json_encode',
  'js_escape',
  'url_encode',
  'base64_encode',
  'base64_decode',
  'default("a")',
];

test.each(filters)('%s keeps a page waiting for less than a quarter of a second, whatever the text', async (filter) => {
  const templates = await templatesWith({ p: `{{ x | ${filter} }}` });
  const slow = pieces
    .map((piece) => ({ piece, ms: processorMs(() => templates.render('p', { x: many(piece) })) }))
    .filter(({ ms }) => ms > mostMs);
  expect(slow).toEqual([]);
});

test.each(['%', '%%', "%'", '%0', '%-', '%1', '%1$', '%.', '%.1', "%'0", '%s', '%+', 'a'])(
  'a pattern of many %j is formatted or refused at once',
  async (piece) => {
    const templates = await templatesWith({ p: '{{ x | format(1) }}', d: '{{ 0 | date(x) }}' });
    const render = (name: string) => {
      try {
        templates.render(name, { x: many(piece) });
      } catch (error) {
        expect(error).toMatchObject({ code: 'T4_TEMPLATE_RENDER' });
      }
    };
    expect(processorMs(() => render('p'))).toBeLessThan(mostMs);
    expect(processorMs(() => render('d'))).toBeLessThan(mostMs);
  },
);

test.each([
  '<pre',
  '<pre>',
  '<pre></pre',
  '<pre></pre>',
  '<script',
  '<script>',
  '<script></script ',
  '<style a="',
  "<textarea a='>",
  '</pre>',
  '<',
  '>   ',
  '   ',
  '> a <',
])('pages of many %j are made smaller at once', async (piece) => {
  const templates = await templatesWith({ p: '{% spaceless %}{{ x | raw }}{% endspaceless %}' });
  expect(processorMs(() => minifyHtml(many(piece)))).toBeLessThan(mostMs);
  expect(processorMs(() => minifyHtml(`${many(piece)}</pre></script>`))).toBeLessThan(mostMs);
  expect(processorMs(() => templates.render('p', { x: many(piece) }))).toBeLessThan(mostMs);
});

test('minifying leaves the contents of preserved elements alone, also when they are never closed', () => {
  expect(minifyHtml('<p> <b>x</b> </p> <PRE a=">"> <i> </pre > <p>  </p> <script> a <  b')).toBe(
    '<p> <b>x</b> </p> <PRE a=">"> <i> </pre > <p> </p> <script> a <  b',
  );
});
