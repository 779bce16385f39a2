import { describe, expect, test } from '@jest/globals';
import { shown } from './template-text.js';

describe('output', () => {
  test('the five characters that HTML gives a meaning are escaped, and no others', async () => {
    expect(await shown('{{ text }}', { text: `& < > " ' \\ é` })).toBe('&amp; &lt; &gt; &quot; &#39; \\ é');
  });
  test('undefined and null print nothing, also deep inside of something undefined', async () => {
    expect(await shown('[{{ a }}{{ b }}{{ c.d.e }}{{ c["d"][0] }}]', { b: null })).toBe('[]');
  });
  test('zero, false and numbers are printed', async () => {
    expect(await shown('{{ 0 }} {{ no }} {{ 1.5 }}', { no: false })).toBe('0 false 1.5');
  });
});

describe('access', () => {
  test('members are found by dot, by quoted name and by index', async () => {
    expect(
      await shown('{{ a.b.c }}{{ a["b"].c }}{{ list[1] }}{{ a[key].c }}', {
        a: { b: { c: 1 } },
        list: [1, 2],
        key: 'b',
      }),
    ).toBe('1121');
  });
  test('a function found by dot is called on its object, without parentheses and with arguments', async () => {
    const user = {
      name: 'Ann',
      greet: (word = 'Hi') => word,
      self() {
        return this.name;
      },
    };
    expect(await shown('{{ user.self }} {{ user.self() }} {{ user.greet }} {{ user.greet("Yo") }}', { user })).toBe(
      'Ann Ann Hi Yo',
    );
  });
  test('a method of a built-in value is called', async () => {
    expect(await shown('{{ name.toUpperCase() }} {{ list.join("-") }}', { name: 'a', list: [1, 2] })).toBe('A 1-2');
  });
});

describe('operators', () => {
  test.each([
    ['1 + 2 * 3', '7'],
    ['(1 + 2) * 3', '9'],
    ['10 - 2 + 3', '11'],
    ['7 / 2', '3.5'],
    ['7 // 2', '3'],
    ['2 * 7 // 2', '7'],
    ['7 % 4', '3'],
    ['2 ** 3 ** 2', '512'],
    ['"a" ~ 1 + 2', 'a3'],
    ['"a" ~ missing ~ "b"', 'ab'],
    ['-5 | abs', '5'],
    ['1 < 2 and 2 <= 2', 'true'],
    ['not (1 == 1)', 'false'],
    ['not 1 == 2', 'true'],
    ['false or true', 'true'],
    ['2 in [1, 2]', 'true'],
    ['"b" in "abc"', 'true'],
    ['"a" in {a: 1}', 'true'],
    ['3 not in [1, 2]', 'true'],
    ['1 in missing', 'false'],
    ['yes ? "a" : "b"', 'a'],
    ['no ? "a" : yes ? "b" : "c"', 'b'],
    ['yes ? -1 : 1', '-1'],
    ['no ? "a"', ''],
    ['no ?: "b"', 'b'],
    ['"a" if no else "b"', 'b'],
    ['missing ?? "d"', 'd'],
    ['1 ?? 2 ~ "e"', '1e'],
    ['missing.deep ?? no ?? "d"', 'false'],
    ['[1, 2, 3][1]', '2'],
    ['{"k": "v"}.k', 'v'],
    ['{"a": {"b": 1}}.a.b', '1'],
    ['{"a": yes ? 1 : 2}.a', '1'],
    ['products | length != 1 ? "s" : ""', 's'],
    ['products | length == 2 and yes', 'true'],
    ['products | first ~ products | last', 'xy'],
    ['"a}}b"', 'a}}b'],
    ['"a%}b"', 'a%}b'],
    ["'it\\'s'", 'it&#39;s'],
  ])('%s is %s', async (expression, expected) => {
    const data = { yes: true, no: false, products: ['x', 'y'] };
    expect(await shown(`{{ ${expression} }}`, data)).toBe(expected);
  });
  test('operators work in tags as they do in output', async () => {
    expect(
      await shown('{% if products|length != 1 and a ?? b %}y{% endif %}{% set x = a ? 1 : 2 %}{{ x }}', {
        products: [],
        b: 1,
      }),
    ).toBe('y2');
  });
});

describe('if', () => {
  test('the first branch that is true is shown, written with elseif or elif', async () => {
    const text = '{% if n == 1 %}one{% elseif n == 2 %}two{% elif n == 3 %}three{% else %}many{% endif %}';
    expect(await shown(`{% for n in 1..4 %}${text} {% endfor %}`)).toBe('one two three many ');
  });
  test('empty lists, empty text, zero and nothing are false; other values are true', async () => {
    const text = '{% for x in all %}{{ x ? "y" : "n" }}{% endfor %}';
    expect(await shown(text, { all: [[], '', 0, null, false, [0], 'a', {}, 1, '0'] })).toBe('nnnnnyyyyy');
  });
  test('not, and, or take an empty list for false', async () => {
    expect(await shown('{{ not xs ? 1 : 0 }}{{ xs and 1 ? 1 : 0 }}{{ xs or "d" }}', { xs: [] })).toBe('10d');
  });
});

describe('tests', () => {
  test.each([
    ['a is defined', 'true'],
    ['zzz is defined', 'false'],
    ['zzz is not defined', 'true'],
    ['a.b.c is defined', 'false'],
    ['3 is odd', 'true'],
    ['3 is even', 'false'],
    ['-3 is odd', 'true'],
    ['4 is not odd', 'true'],
    ['[] is empty', 'true'],
    ['"" is empty', 'true'],
    ['0 is empty', 'false'],
    ['{} is empty', 'true'],
    ['[1] is not empty', 'true'],
    ['none is null', 'true'],
    ['zzz is null', 'true'],
    ['a is null', 'false'],
    ['6 is divisible by(3)', 'true'],
    ['a is same as(1)', 'true'],
    ['a is defined and a is odd', 'true'],
    ['a == 1 is odd', 'true'],
  ])('%s is %s', async (expression, expected) => {
    expect(await shown(`{{ ${expression} }}`, { a: 1 })).toBe(expected);
  });
});

describe('for', () => {
  test('every item is shown, and else when there is none', async () => {
    const text = '{% for x in xs %}{{ x }},{% else %}none{% endfor %}';
    expect(await shown(text, { xs: [1, 2] })).toBe('1,2,');
    expect(await shown(text, { xs: [] })).toBe('none');
    expect(await shown(text, {})).toBe('none');
    expect(await shown(text, { xs: 'text' })).toBe('none');
  });
  test('objects, maps, arrays and sets give keys and values, in this order', async () => {
    const text = '{% for key, value in all %}{{ key }}={{ value }};{% else %}none{% endfor %}';
    expect(await shown(text, { all: { a: 1, b: 2 } })).toBe('a=1;b=2;');
    expect(await shown(text, { all: new Map([['m', 3]]) })).toBe('m=3;');
    expect(await shown(text, { all: ['x', 'y'] })).toBe('0=x;1=y;');
    expect(await shown(text, { all: new Set(['s']) })).toBe('0=s;');
    expect(await shown(text, { all: {} })).toBe('none');
  });
  test('one name over an object gives its values', async () => {
    expect(await shown('{% for v in all %}{{ v }}{% endfor %}', { all: { a: 1, b: 2 } })).toBe('12');
  });
  test('loop tells where the loop is', async () => {
    const all =
      '{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.length }}{{ loop.first ? "F" }}{{ loop.last ? "L" }}';
    expect(await shown(`{% for x in [7, 8] %}${all} {% endfor %}`)).toBe('10212F 21102L ');
  });
  test('an inner loop has a loop of its own and reaches the outer one', async () => {
    const text =
      '{% for a in [1,2] %}{% for b in [1,2] %}{{ loop.parent.loop.index }}{{ loop.index }} {% endfor %}{{ loop.index }};{% endfor %}';
    expect(await shown(text)).toBe('11 12 1;21 22 2;');
  });
  test('loop variables are gone after the loop', async () => {
    expect(await shown('{% for x in [1] %}{% endfor %}[{{ x }}{{ loop.index }}]', { x: 'data' })).toBe('[data]');
  });
});

describe('set', () => {
  test('a variable is set in the page, also with a body', async () => {
    expect(await shown('{% set a = 1 %}{% set b %}<b>{{ text }}</b>{% endset %}{{ a }}{{ b }}', { text: '<' })).toBe(
      '1<b>&lt;</b>',
    );
  });
  test('a loop changes variables from outside and keeps its own', async () => {
    const text =
      '{% set sum = 0 %}{% for x in [1,2,3] %}{% set sum = sum + x %}{% set own = x %}{% endfor %}{{ sum }}[{{ own }}]';
    expect(await shown(text)).toBe('6[]');
  });
  test('a loop changes data of the page, for the page only', async () => {
    const data = { n: 1 };
    expect(await shown('{% for x in [1,2] %}{% set n = n + x %}{% endfor %}{{ n }}', data)).toBe('4');
    expect(data).toEqual({ n: 1 });
  });
  test('a loop variable can be set anew', async () => {
    expect(await shown('{% for x in [1, 2] %}{% set x = x * 5 %}{{ x }} {% endfor %}')).toBe('5 10 ');
  });
  test('a set that did not run does not hide the data', async () => {
    expect(await shown('{% if false %}{% set a = 1 %}{% endif %}{{ a }}', { a: 'data' })).toBe('data');
  });
  test('with gives variables to a part of the page', async () => {
    expect(
      await shown('{% with {a: 1} %}{{ a }}{{ b }}{% set b = 9 %}{% endwith %}{{ a }}{{ b }}', { a: 3, b: 2 }),
    ).toBe('1232');
  });
});

describe('include', () => {
  test('an included file sees the page and the loop it is in', async () => {
    const others = { 'row.html': '{{ loop.index }}{{ x }}{{ title }};' };
    expect(await shown('{% for x in ["a","b"] %}{% include "row.html" %}{% endfor %}', { title: 'T' }, others)).toBe(
      '1aT;2bT;',
    );
  });
  test('with adds variables, and only hides all others', async () => {
    const others = { 'p.html': '[{{ a }}{{ b }}]' };
    const text =
      '{% include "p.html" with {a: 1} %}{% include "p.html" with {"a": x ? 2 : 3} only %}{% include "p.html" only %}';
    expect(await shown(text, { b: 9, x: true }, others)).toBe('[19][2][]');
  });
  test('only hides the variables of the loop it is in', async () => {
    const others = { 'p.html': '[{{ x }}{{ loop.index }}]' };
    expect(await shown('{% for x in [1] %}{% include "p.html" only %}{% endfor %}', {}, others)).toBe('[]');
  });
  test('with takes a variable too, and the page keeps its own values', async () => {
    const others = { 'p.html': '{{ a }}{% set a = 5 %}{% for i in [1] %}{% set a = 6 %}{% endfor %}{{ a }}' };
    expect(await shown('{% include "p.html" with more %}{{ a }}', { a: 0, more: { a: 1 } }, others)).toBe('160');
  });
  test('the name may be computed, a list of choices, or missing when that is said', async () => {
    const others = { 'p/b.html': 'B' };
    const text =
      '{% include "p/" ~ name ~ ".html" %}{% include ["no.html", "p/b.html"] %}{% include "no.html" ignore missing %}';
    expect(await shown(text, { name: 'b' }, others)).toBe('BB');
  });
});

describe('macros', () => {
  const forms =
    '{% macro input(name, value) %}<input name="{{ name }}" value="{{ value }}">{% endmacro %}{% macro two(a, b = "d") %}{{ a }}{{ b }}{{ b is defined }}{% endmacro %}';
  test('arguments are positional, a missing one is undefined, and the output is not escaped again', async () => {
    expect(await shown(`${forms}{{ input("n", '"<') }}{{ input("m") }}`)).toBe(
      '<input name="n" value="&quot;&lt;"><input name="m" value="">',
    );
  });
  test('a default stands in for a missing argument', async () => {
    expect(await shown(`${forms}{{ two(1) }} {{ two(1, 2) }}`)).toBe('1dtrue 12true');
  });
  test('from … import takes macros by name, also under another name', async () => {
    const text = '{% from "forms.html" import input, two as pair %}{{ input("n", 1) }}{{ pair(1, 2) }}';
    expect(await shown(text, {}, { 'forms.html': forms })).toBe('<input name="n" value="1">12true');
  });
  test('import … as takes all of them, also from the file itself', async () => {
    const text =
      '{% macro hi(x) %}hi {{ x }}{% endmacro %}{% import "forms.html" as f %}{% import _self as own %}{{ f.two(1) }} {{ own.hi("you") }}';
    expect(await shown(text, {}, { 'forms.html': forms })).toBe('1dtrue hi you');
  });
  test('a macro sees neither the data nor the variables of the page that imports it', async () => {
    const others = { 'm.html': '{% macro f() %}[{{ a }}{{ b }}]{% endmacro %}' };
    expect(await shown('{% set b = 2 %}{% from "m.html" import f %}{{ f() }}', { a: 1 }, others)).toBe('[]');
  });
});

describe('other tags', () => {
  test('raw and verbatim are literal, comments are not shown', async () => {
    const text = '{% raw %}{{ a }}{% if %}{% endraw %}{# {{ no }} {% if %} #}{% verbatim %}{{ "b" }}{% endverbatim %}';
    expect(await shown(text)).toBe('{{ a }}{% if %}{{ "b" }}');
  });
  test('spaceless takes white space between tags away, and leaves data alone', async () => {
    expect(await shown('{% spaceless %} <a> <b>{{ x }} y</b>\n</a> {% endspaceless %}', { x: '> <' })).toBe(
      '<a><b>&gt; &lt; y</b></a>',
    );
  });
  test('autoescape false prints as it is, and true inside of it escapes again', async () => {
    const text =
      '{% autoescape false %}{{ x }}{% if 1 %}{{ x }}{% endif %}{% autoescape true %}{{ x }}{% endautoescape %}{% endautoescape %}{{ x }}';
    expect(await shown(text, { x: '<' })).toBe('<<&lt;&lt;');
  });
  test('a minus inside of the braces takes white space off that side', async () => {
    expect(await shown('a {{- 1 -}} b {%- if true -%} c {%- endif %} d {#- x -#} e')).toBe('a1bc de');
  });
  test('a tilde takes spaces but keeps line breaks', async () => {
    expect(await shown('a\n  {{~ 1 ~}}  \n b')).toBe('a\n1\n b');
  });
  test('filter applies to a whole part of the page', async () => {
    expect(await shown('{% filter upper %}a{{ x }}{% endfilter %}', { x: 'b' })).toBe('AB');
  });
  test('a range counts, and an absurd one is refused', async () => {
    expect(await shown('{% for i in 1..3 %}{{ i }}{% endfor %}{% for i in range(4, 0, 2) %}{{ i }}{% endfor %}')).toBe(
      '123420',
    );
    await expect(shown('{% for i in 1..900000000 %}{% endfor %}')).rejects.toThrow('100000 numbers');
  });
});
