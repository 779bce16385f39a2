import { describe, expect, test } from '@jest/globals';
import { shown, templatesWith } from './template-text.js';

const data = {
  text: 'hello WORLD',
  html: '<b>Tom</b> & "co"',
  n: 1234.5,
  list: [3, 1, 2],
  people: [
    { name: 'Bo', age: 40, home: { city: 'Oslo' } },
    { name: 'Al', age: 30, home: { city: 'Bern' } },
    { name: 'Cy' },
  ],
  object: { a: 1, b: 2 },
  day: new Date(2026, 0, 5, 14, 3, 9),
};

describe('filters', () => {
  test.each([
    // Text
    ['text | upper', 'HELLO WORLD'],
    ['text | lower', 'hello world'],
    ['text | capitalize', 'Hello world'],
    ['text | title', 'Hello World'],
    ['"  a b " | trim', 'a b'],
    ['"--a--" | trim("-")', 'a'],
    ['"[" ~ ("  a " | ltrim) ~ "]"', '[a ]'],
    ['"[" ~ ("  a " | rtrim) ~ "]"', '[  a]'],
    ['html | striptags', 'Tom &amp; &quot;co&quot;'],
    ['"Crème Brûlée, twice!" | slug', 'creme-brulee-twice'],
    ['"one two three" | wordwrap(7)', 'one two\nthree'],
    ['"abcdef" | truncate(3)', 'abc...'],
    ['"abc" | truncate(3)', 'abc'],
    ['"a<b\nc" | nl2br', 'a&lt;b<br>\nc'],
    ['"a-b-c" | replace("-", "+")', 'a+b+c'],
    ['"a.b" | replace(".", "$&")', 'a$&amp;b'],
    ['"a b" | replace({"a": "1", "b": "2"})', '1 2'],
    ['"a,b,c" | split(",") | join("|")', 'a|b|c'],
    ['"a,b,c" | split(",", 2) | last', 'b,c'],
    ['"%s has %d, %.2f, %05d%%" | format("A", 3.7, 1.005, 42)', 'A has 3, 1.00, 00042%'],
    ['missing | upper', ''],
    // Escaping
    ['html | escape', '&lt;b&gt;Tom&lt;/b&gt; &amp; &quot;co&quot;'],
    ['html | e', '&lt;b&gt;Tom&lt;/b&gt; &amp; &quot;co&quot;'],
    ['html | escape | escape', '&lt;b&gt;Tom&lt;/b&gt; &amp; &quot;co&quot;'],
    ['html | raw', '<b>Tom</b> & "co"'],
    ['html | safe', '<b>Tom</b> & "co"'],
    ['html | raw | upper', '&lt;B&gt;TOM&lt;/B&gt; &amp; &quot;CO&quot;'],
    ['html | raw | trim', '<b>Tom</b> & "co"'],
    // Numbers
    ['n | number_format(2)', '1,234.50'],
    ['n | number_format', '1,235'],
    ['-1234567.891 | number_format(2, ",", ".")', '-1.234.567,89'],
    ['0.004 | number_format(2)', '0.00'],
    ['"19.99" | number_format(2)', '19.99'],
    ['missing | number_format(2)', '0.00'],
    ['1.005 | round(2)', '1.01'],
    ['-2.5 | round', '-3'],
    ['2.1 | round(0, "ceil")', '3'],
    ['2.9 | round(0, "floor")', '2'],
    ['-5 | abs', '5'],
    ['"42px" | int + 1', '43'],
    ['"1.5" | float * 2', '3'],
    ['(5 | string) ~ 1', '51'],
    // Lists and objects
    ['list | length', '3'],
    ['text | length', '11'],
    ['object | length', '2'],
    ['missing | length', '0'],
    ['list | first', '3'],
    ['text | first', 'h'],
    ['object | last', '2'],
    ['list | join(", ")', '3, 1, 2'],
    ['list | join', '312'],
    ['list | reverse | join', '213'],
    ['text | reverse', 'DLROW olleh'],
    ['list | sort | join', '123'],
    ['[10, 9, 1] | sort | join(",")', '1,9,10'],
    ['people | sort("name") | map("name") | join', 'AlBoCy'],
    ['[1, 1, 2] | unique | join', '12'],
    ['[0, 1, "", "a"] | filter | join', '1a'],
    ['people | filter("age") | length', '2'],
    ['people | filter("age", 30) | map("name") | join', 'Al'],
    ['people | map("home.city") | join("-")', 'Oslo-Bern-'],
    ['people | column("age") | join("-")', '40-30-'],
    ['[1, 2, 3] | batch(2) | map("length") | join', '21'],
    ['([1, 2, 3] | batch(2, "x") | last) | join', '3x'],
    ['"Hello" | slice(1, 3)', 'ell'],
    ['[1, 2, 3, 4] | slice(1, 2) | join', '23'],
    ['[1, 2, 3, 4] | slice(-2) | join', '34'],
    ['object | keys | join', 'ab'],
    ['object | values | join', '12'],
    ['[1] | merge([2]) | join', '12'],
    ['(object | merge({"b": 9})).b', '9'],
    ['missing | default("d")', 'd'],
    ['"" | default("d")', 'd'],
    ['0 | default("d")', '0'],
    ['a.b.c | default(missing) | default("last")', 'last'],
    // Notations
    ['"a b&c/é\'" | url_encode', 'a%20b%26c%2F%C3%A9%27'],
    ['"é" | base64_encode', 'w6k='],
    ['"é" | base64encode', 'w6k='],
    ['"w6k=" | base64_decode', 'é'],
    ['"w6k=" | base64decode', 'é'],
    ['"a" | md5', '0cc175b9c0f1b6a831c399e269772661'],
    ['"a" | sha256', 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
    ['object | json_encode', '{&quot;a&quot;:1,&quot;b&quot;:2}'],
    ['object | json_encode | raw', '{"a":1,"b":2}'],
    ['object | to_json | raw', '{"a":1,"b":2}'],
    ['"</script>" | tojson | raw', '"\\u003c/script\\u003e"'],
    ['missing | json_encode', 'null'],
    ['(\'{"x":[1,2]}\' | json_decode).x[1]', '2'],
    ['"it\'s </x>" | js_escape', 'it\\u0027s\\u0020\\u003c\\u002fx\\u003e'],
    ['"hi" | data_uri', 'data:text/plain;base64,aGk='],
    ['"hi" | data_uri("text/html")', 'data:text/html;base64,aGk='],
    // Dates
    ['day | date("Y-m-d H:i:s")', '2026-01-05 14:03:09'],
    ['day | date("D, jS F y, g:i A")', 'Mon, 5th January 26, 2:03 PM'],
    ['day | date("N w z t L W o n M l")', '1 1 4 31 0 02 2026 1 Jan Monday'],
    ['day | date("\\\\Y\\\\m Y")', 'Ym 2026'],
    ['"2026-07-01T23:30:00Z" | date("c", "Europe/Berlin")', '2026-07-02T01:30:00+02:00'],
    ['"2026-07-01T23:30:00Z" | date("P O Z", "America/New_York")', '-04:00 -0400 -14400'],
    ['0 | date("Y U", "UTC")', '1970 0'],
    ['missing | date("Y")', ''],
  ])('%s gives %s', async (expression, expected) => {
    expect(await shown(`{{ ${expression} }}`, data)).toBe(expected);
  });

  test('sort, reverse, shuffle and merge leave the data as it was', async () => {
    const before = JSON.stringify(data);
    await shown(
      '{{ list|sort|join }}{{ list|reverse|join }}{{ list|shuffle|join }}{% set o = object|merge({"a": 2}) %}',
      data,
    );
    expect(JSON.stringify(data)).toBe(before);
  });

  test('shuffle follows the random numbers it is given, and so does random()', async () => {
    const templates = await templatesWith(
      { p: '{{ [1,2,3]|shuffle|join }} {{ random(9) }} {{ random(["a","b"]) }}' },
      { random: () => 0 },
    );
    expect(templates.render('p')).toBe('231 0 a');
  });

  test('dump shows a value in debug mode only, escaped, as filter and as function', async () => {
    const files = { p: '{{ x | dump }}{{ dump(x) }}' };
    const shownInDebug = (await templatesWith(files, { isDebug: true })).render('p', { x: { a: '<' } });
    expect(shownInDebug).toBe('<pre>{ a: &#39;&lt;&#39; }</pre>'.repeat(2));
    expect((await templatesWith(files)).render('p', { x: { a: '<' } })).toBe('');
  });

  test('what is not a date, and a size that is no size, are reported with the line', async () => {
    await expect(shown('\n{{ "soon" | date("Y") }}')).rejects.toThrow('line 2: "soon" is not a date');
    await expect(shown('{{ [1] | batch(0) }}')).rejects.toThrow('batch(0) needs a number of at least 1');
    await expect(shown('{{ "{" | json_decode }}')).rejects.toMatchObject({ code: 'T4_TEMPLATE_RENDER', line: 1 });
  });
});
