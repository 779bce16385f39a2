import { describe, expect, test } from '@jest/globals';
import { shown, templatesWith } from './template-text.js';

describe('white space at the end of a file', () => {
  test.each(['{{ x -}}', '{% if x -%}{% endif -%}', '{# note -#}', '{% raw %}x{% endraw -%}', '{% set y = 1 ~%}'])(
    'a file that ends in a line break after %s is shown',
    async (text) => {
      expect(await shown(`${text} \n\n`, { x: '' })).toMatch(/^x?\n*$/);
    },
  );
  test('the sample with trimmed tags around its body is shown', async () => {
    const text = '{%- if condition -%}\n    No white space around this\n{%- endif -%}\n';
    expect(await shown(text, { condition: true })).toBe('No white space around this');
  });
});

describe('what is set or imported inside', () => {
  const others = { 'm.html': '{% macro g() %}G{% endmacro %}' };

  test('each call of a macro has variables of its own, also when it calls itself', async () => {
    const text =
      '{% macro tree(n) %}{% set mine = n %}{% if n > 0 %}{{ tree(n - 1) }}{% endif %}[{{ mine }}]{% endmacro %}{{ tree(2) }}{{ mine is defined }}';
    expect(await shown(text)).toBe('[0][1][2]false');
  });
  test('a macro that loops over branches and calls itself keeps its place in each loop', async () => {
    const text =
      '{% macro walk(node) %}{% set name = node.name %}{% for child in node.all %}{{ walk(child) }}{{ loop.index }}{{ child.name }}{% endfor %}<{{ name }}>{% endmacro %}{{ walk(root) }}';
    const root = { name: 'r', all: [{ name: 'a', all: [{ name: 'b' }] }, { name: 'c' }] };
    expect(await shown(text, { root })).toBe('<b>1b<a>1a<c>2c<r>');
  });
  test('set, import, from and macro in a macro stay in it', async () => {
    const text =
      '{% macro f() %}{% set a = 1 %}{% from "m.html" import g %}{% import "m.html" as m %}{% macro own() %}O{% endmacro %}{{ a }}{{ g() }}{{ m.g() }}{{ own() }}{% endmacro %}{{ f() }} {{ a is defined }} {{ g is defined }} {{ m is defined }} {{ own is defined }}';
    expect(await shown(text, {}, others)).toBe('1GGO false false false false');
  });
  test('set, import, from and macro in a block stay in it', async () => {
    const text =
      '{% set a = 0 %}{% block b %}{% set a = 1 %}{% from "m.html" import g %}{% import "m.html" as m %}{% macro own() %}O{% endmacro %}{{ a }}{{ g() }}{{ m.g() }}{{ own() }}{% endblock %} {{ a }} {{ g is defined }} {{ m is defined }} {{ own is defined }}';
    expect(await shown(text, {}, others)).toBe('1GGO 0 false false false');
  });
  test('an import inside of with ends with it', async () => {
    const text = '{% with {a: 1} %}{% from "m.html" import g %}{{ g() }}{% endwith %}{{ g is defined }}';
    expect(await shown(text, {}, others)).toBe('Gfalse');
  });
  test('an import at the top is seen in blocks, also of a page that extends', async () => {
    const base = { ...others, base: '<{% block b %}{% endblock %}>' };
    const text = '{% extends "base" %}{% from "m.html" import g %}{% block b %}{{ g() }}{% endblock %}';
    expect(await shown(text, {}, base)).toBe('<G>');
  });
  test('a block inside of set is captured with it, and can be filled by a page that extends', async () => {
    const base = '{% set title %}<{% block title %}{{ x }}{% endblock %}>{% endset %}{{ title }}{{ title }}';
    expect(await shown(base, { x: '&' })).toBe('<&amp;><&amp;>');
    expect(await shown('{% extends "base" %}{% block title %}mine{% endblock %}', { x: '&' }, { base })).toBe(
      '<mine><mine>',
    );
  });
  test('a page that extends can capture a block of its own', async () => {
    const text =
      '{% extends "base" %}{% set t %}{% block t %}T{% endblock %}{% endset %}{% block b %}[{{ t }}]{% endblock %}';
    expect(await shown(text, {}, { base: '{% block b %}{% endblock %}' })).toBe('[T]');
  });
});

describe('macros', () => {
  const macro = '{% macro m(a, b = "d", c) %}{{ a }}{{ b }}{{ c }}|{{ varargs | join(",") }}{% endmacro %}';
  test.each([
    ['m(1, 2, 3)', '123|'],
    ['m(1, 2, 3, 4, 5)', '123|4,5'],
    ['m(1)', '1d|'],
    ['m(c=3, a=1)', '1d3|'],
    ['m(1, c: 3)', '1d3|'],
    ['_self.m(1)', '1d|'],
  ])('%s gives %s', async (call, expected) => {
    expect(await shown(`${macro}{{ ${call} }}`)).toBe(expected);
  });
  test('a default may use the arguments before it', async () => {
    expect(await shown('{% macro m(a, b = a ~ "!") %}{{ b }}{% endmacro %}{{ m("x") }}')).toBe('x!');
  });
  test('the body of call is handed to the macro, with the variables around it', async () => {
    const text = '{% macro m(a) %}<{{ caller(a) }}>{% endmacro %}{% call(v) m(1) %}{{ v }}{{ x }}{% endcall %}';
    expect(await shown(text, { x: '&' })).toBe('<1&amp;>');
  });
});

describe('forms of Twig', () => {
  const data = { list: [[1, 2], 3], o: { 0: 'zero', true: 'yes', in: 'inside' }, word: 'hello', six: 6, name: 'N' };
  test.each([
    // Commas at the end
    ['[1, 2,] | join', '12'],
    ['{a: 1,}.a', '1'],
    ['max(1, 2,)', '2'],
    ['word | slice(1, 2,)', 'el'],
    // Members
    ['list.0 | join', '12'],
    ['list.0.1', '2'],
    ['o.0', 'zero'],
    ['o.true ~ o.in', 'yesinside'],
    ['list[0][1:]|join', '2'],
    ['word[1:3]', 'ell'],
    ['word[:2]', 'he'],
    // Literals
    ['{name, ("k" ~ 1): 2, 3: "x"} | json_encode | raw', '{"3":"x","name":"N","k1":2}'],
    // Tests without parentheses
    ['six is divisible by 3', 'true'],
    ['six is not divisible by 4 and true', 'true'],
    ['word is same as "hello"', 'true'],
    ['word is same as name ? 1 : 2', '2'],
    ['six is divisible by(3)', 'true'],
    // Operators
    ['word starts with "he"', 'true'],
    ['word ends with "he"', 'false'],
    ['not (word starts with "x") and word ends with "o"', 'true'],
    ['word matches "/^H.*O$/i"', 'true'],
    ['"a1" matches "/^\\\\d/"', 'false'],
    ['("a".."e") | join', 'abcde'],
    ['(3..1) | join', '321'],
    ['2 <=> 1', '1'],
    // Functions
    ['min(3, 1, 2)', '1'],
    ['max([1, 5, 2])', '5'],
    ['max({a: 1, b: 7})', '7'],
    ['max("a", "b")', 'b'],
    ['cycle(["odd", "even"], 3)', 'even'],
    ['random("x")', 'x'],
    ['random(3, 3)', '3'],
    // Characters, not code units
    ['"a😀b" | length', '3'],
    ['"a😀b" | split("") | join(",")', 'a,😀,b'],
    ['"abcde" | split("", 2) | join(",")', 'ab,cd,e'],
    ['"a,b,c" | split(",", -1) | join("+")', 'a+b'],
    ['"😀😀😀" | truncate(2)', '😀😀...'],
    ['"😀x😁" | trim("😀")', 'x😁'],
    ['"😀😀 x" | wordwrap(4)', '😀😀 x'],
    ['"%3s" | format("😀")', '  😀'],
    // Filters
    ['[1, 2, 3] | join(", ", " and ")', '1, 2 and 3'],
    ['[1] | join(", ", " and ")', '1'],
    ['"xxaxx" | trim("x", "left")', 'axx'],
    ['"a b" | replace({a: "b", b: "a"})', 'b a'],
    ['"a" | replace("", "x")', 'a'],
    ['"[%-5s]" | format("ab")', '[ab   ]'],
    ['"%+d %+d" | format(5, -5)', '+5 -5'],
    ['"%08.3f" | format(-3.14159)', '-003.142'],
    ['"%\'*5s|%\'*-5s" | format("a", "b")', '****a|b****'],
    ['"%2$s %1$s" | format("a", "b")', 'b a'],
    ['"%x %X %o %b %c %e" | format(255, 255, 8, 5, 65, 12345.678)', 'ff FF 10 101 A 1.234568e+4'],
    ['"%.2s" | format("abc")', 'ab'],
    // Dates
    ['0 | date("%Y-%m-%d %H:%M:%S", "UTC")', '1970-01-01 00:00:00'],
    [
      '0 | date("%A %d %B %y, %e %b %j %I:%M %p %% %F %T", "UTC")',
      'Thursday 01 January 70,  1 Jan 001 12:00 AM % 1970-01-01 00:00:00',
    ],
    ['0 | date("Y \\\\% e", "UTC")', '1970 % UTC'],
    ['0 | date("r, T, p", "UTC")', 'Thu, 01 Jan 1970 00:00:00 +0000, UTC, Z'],
  ])('%s is %s', async (expression, expected) => {
    expect(await shown(`{{ ${expression} }}`, data)).toBe(expected.replaceAll("'", '&#39;'));
  });

  test('loop tells odd and even rounds apart', async () => {
    expect(await shown('{% for x in 1..3 %}{{ loop.odd ? "o" }}{{ loop.even ? "e" }}{% endfor %}')).toBe('oeo');
  });
  test('the names of functions stay free for data', async () => {
    expect(await shown('[{{ max }}{{ min | default("d") }}{{ range }}]{{ random }}', { random: 'mine' })).toBe(
      '[d]mine',
    );
  });
  test('a macro and a block may repeat their name where they end', async () => {
    const text = '{% macro m(a) %}{{ a }}{% endmacro m %}{% block b %}{{ m(1) }}{% endblock b %}';
    expect(await shown(text)).toBe('1');
  });
  test('a short block is an expression, escaped as everywhere, and can be filled', async () => {
    const base = '<title>{% block title "Shop & " ~ x %}</title>';
    expect(await shown(base, { x: '<' })).toBe('<title>Shop &amp; &lt;</title>');
    expect(await shown('{% extends "base" %}{% block title x|upper %}', { x: 'a' }, { base })).toBe('<title>A</title>');
    expect(await shown('{% extends "base" %}{% block title parent() ~ "!" %}', { x: 'a' }, { base })).toBe(
      '<title>Shop &amp;amp; a!</title>',
    );
  });
  test('block() shows a block again, as it was filled', async () => {
    const base = '{% block title %}<b>{{ x }}</b>{% endblock %}|{{ block("title") }}|{{ block("ti" ~ "tle") }}';
    expect(await shown(base, { x: '&' })).toBe('<b>&amp;</b>|<b>&amp;</b>|<b>&amp;</b>');
    expect(await shown('{% extends "base" %}{% block title %}T{% endblock %}', {}, { base })).toBe('T|T|T');
  });
  test('include() is an expression: with variables, without the page, with choices, or missing', async () => {
    const others = { 'p.html': '<{{ x }}{{ y }}>' };
    const text =
      '{{ include("p.html", {x: 1}) }}{{ include("p.html", {x: 2}, false) }}{{ include("p.html", with_context = false) }}{{ include(["no.html", "p.html"]) }}{{ include("no.html", ignore_missing: true) }}';
    expect(await shown(text, { y: '&' }, others)).toBe('<1&amp;><2><><&amp;>');
    await expect(shown('{{ include("no.html") }}')).rejects.toThrow('Template "no.html" not found');
  });
  test('extends takes the first of several files that is there', async () => {
    expect(await shown('{% extends ["no.html", "base"] %}', {}, { base: 'B' })).toBe('B');
  });
  test('set gives several names their values at once', async () => {
    expect(await shown('{% set a, b = 1, 2 %}{% set a, b = b, a %}{{ a }}{{ b }}')).toBe('21');
  });
  test('apply is today’s name of filter, and both take several', async () => {
    expect(await shown('{% apply upper | trim %} a {% endapply %}{% filter lower | trim %} B {% endfilter %}')).toBe(
      'Ab',
    );
  });
  test('with needs no variables to be a scope', async () => {
    expect(await shown('{% with %}{% set a = 1 %}{{ a }}{% endwith %}[{{ a }}]')).toBe('1[]');
  });
  test('blocks and variables may have names of the language', async () => {
    const templates = await templatesWith({
      p: '{% block __proto__ %}a{% endblock %}{% block constructor %}b{% endblock %}{{ block("__proto__") }}',
    });
    expect(templates.render('p')).toBe('aba');
  });
});
