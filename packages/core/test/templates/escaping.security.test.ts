import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { safeHtml } from '../../src/templates/safe-html.js';
import { shown, templatesWith } from './template-text.js';

const hostile = `');alert(1)//</script><b>"& é😀\\`;

describe('escaping strategies', () => {
  test.each([
    ['html', '&#39;);alert(1)//&lt;/script&gt;&lt;b&gt;&quot;&amp; é😀\\'],
    [
      'js',
      '\\u0027\\u0029\\u003Balert\\u00281\\u0029\\/\\/\\u003C\\/script\\u003E\\u003Cb\\u003E\\u0022\\u0026\\u0020\\u00E9\\uD83D\\uDE00\\\\',
    ],
    [
      'html_attr',
      '&#x27;&#x29;&#x3B;alert&#x28;1&#x29;&#x2F;&#x2F;&lt;&#x2F;script&gt;&lt;b&gt;&quot;&amp;&#x20;&#xE9;&#x1F600;&#x5C;',
    ],
    [
      'css',
      '\\27 \\29 \\3B alert\\28 1\\29 \\2F \\2F \\3C \\2F script\\3E \\3C b\\3E \\22 \\26 \\20 \\E9 \\1F600 \\5C ',
    ],
    ['url', '%27%29%3Balert%281%29%2F%2F%3C%2Fscript%3E%3Cb%3E%22%26%20%C3%A9%F0%9F%98%80%5C'],
  ])('%s writes what is special in its place as Twig does', async (strategy, expected) => {
    expect(await shown(`{{ x|e("${strategy}") }}`, { x: hostile })).toBe(expected);
    expect(await shown('{{ x|escape(strategy) }}', { x: hostile, strategy })).toBe(expected);
    expect(await shown(`{% autoescape "${strategy}" %}{{ x }}{% endautoescape %}`, { x: hostile })).toBe(expected);
  });

  test('text escaped for a script is the same text again when the script runs', async () => {
    const templates = await templatesWith({
      p: `greet('{{ x|e("js") }}'); greet("{{ x|e('js') }}"); greet(\`{{ x|e("js") }}\`)`,
    });
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...`'"\`\\\${}<>/&\n\r\u2028`) })),
        (x) => {
          const greeted: string[] = [];
          runInNewContext(templates.render('p', { x }), { greet: (text: string) => greeted.push(text) });
          expect(greeted).toEqual([x, x, x]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('no strategy leaves a character that ends a quoted attribute, a string, a value of CSS or of a URL', async () => {
    const strategies = ['js', 'html_attr', 'css', 'url'];
    const templates = await templatesWith({ p: strategies.map((name) => `{{ x|e("${name}") }}`).join('\n') });
    const allowed = [/^[\w,.\\/]*$/, /^[\w,.\-&;#]*$/, /^[a-zA-Z0-9\\ ]*$/, /^[\w\-.~%]*$/];
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (x) => {
        const lines = templates.render('p', { x }).split('\n');
        expect(lines).toEqual(allowed.map((pattern) => expect.stringMatching(pattern)));
      }),
      { numRuns: 200 },
    );
  });

  test('control characters, which HTML does not know, do not reach an attribute', async () => {
    expect(await shown('{{ x|e("html_attr") }}', { x: '\0\t\u007f\u0085' })).toBe('&#xFFFD;&#x09;&#xFFFD;&#xFFFD;');
  });

  test('what was escaped for one place is escaped again for another, and only once for the same one', async () => {
    const text = '{{ x|e("js")|e("js") }} {{ x|e|e }} {{ x|e("html")|e("js") }} {{ x|raw|e }} {{ x|raw|e("js") }}';
    expect(await shown(text, { x: "'" })).toBe('\\u0027 &#39; \\u0026\\u002339\\u003B &#39; \\u0027');
  });

  test('HTML from set, macros and filters is not yet escaped for a script', async () => {
    const text =
      '{% macro m(x) %}{{ x }}{% endmacro %}{% set c %}{{ x }}{% endset %}{{ c|e("js") }} {{ m(x)|e("js") }} {{ h|e("js") }}';
    expect(await shown(text, { x: "'", h: safeHtml("'") })).toBe(
      '\\u0026\\u002339\\u003B \\u0026\\u002339\\u003B \\u0027',
    );
    expect(
      await shown('{% set c %}{{ x }}{% endset %}{% autoescape "js" %}{{ c }}{% endautoescape %}', { x: "'" }),
    ).toBe('\\u0026\\u002339\\u003B');
  });

  test('autoescape reaches into branches, loops, blocks and set, and ends where it says', async () => {
    const text =
      '{% autoescape "js" %}{% if x %}{% for y in [x] %}{{ y }}{% endfor %}{% endif %}{% block b %}{{ x }}{% endblock %}{% block c x %}{% set s %}{{ x }}{% endset %}{{ s }}{{ x|raw }}{% endautoescape %}{{ x }}';
    expect(await shown(text, { x: "'" })).toBe("\\u0027\\u0027\\u0027\\u0027'&#39;");
  });

  test.each([
    ['\n{{ x|e("script") }}', 'T4_TEMPLATE_SYNTAX', 2],
    ['{{ x|escape("HTML") }}', 'T4_TEMPLATE_SYNTAX', 1],
    ['{{ x|e(1) }}', 'T4_TEMPLATE_SYNTAX', 1],
    ['\n\n{{ x|e(strategy) }}', 'T4_TEMPLATE_RENDER', 3],
    ['{{ x|e(missing) }}', 'T4_TEMPLATE_RENDER', 1],
    ['{{ x|e(null) }}', 'T4_TEMPLATE_SYNTAX', 1],
    ['\n{% autoescape "text" %}{% endautoescape %}', 'T4_TEMPLATE_SYNTAX', 2],
    ['{% autoescape js %}{% endautoescape %}', 'T4_TEMPLATE_SYNTAX', 1],
    ['{% autoescape true js %}{% endautoescape %}', 'T4_TEMPLATE_SYNTAX', 1],
    ['{% filter e("text") %}{% endfilter %}', 'T4_TEMPLATE_SYNTAX', 1],
  ])('the unknown strategy of %j is refused with file and line', async (text, code, line) => {
    await expect(shown(text, { strategy: 'text' })).rejects.toMatchObject({ code, line, template: 'page.html' });
  });
});

describe('JSON', () => {
  const data = { x: { quote: `"'`, end: '</script><!--&', list: [1] } };

  test.each(['json_encode', 'to_json', 'tojson'])(
    '%s in a script element is a literal of the same value and cannot end the element',
    async (filter) => {
      const html = await shown(`<script>result = {{ x|${filter} }};</script>`, data);
      const code = html.slice('<script>'.length, -'</script>'.length);
      expect(code).not.toMatch(/[<>&']/);
      expect(runInNewContext(`${code} JSON.stringify(result)`)).toBe(JSON.stringify(data.x));
    },
  );

  test.each([
    ['raw behind it changes nothing', '<script>{{ x|json_encode|raw }}</script>'],
    ['a block', '<script>{% block b %}{{ x|json_encode }}{% endblock %}</script>'],
    ['a loop', '<script>{% for y in [x] %}{{ y|json_encode }}{% endfor %}</script>'],
    ['branches', '<script>{% if a %}{% else %}{{ x|json_encode }}{% endif %}</script>'],
    ['an included file', '<script type="module">{% include "part" %}</script>'],
    ['the function include()', '<SCRIPT data-a="{{ a }}">{{ include("part") }}</SCRIPT>'],
    ['a macro', '{% macro m(v) %}{{ v|json_encode }}{% endmacro %}<script>{{ m(x) }}</script>'],
    ['an imported macro', '{% import "macros" as m %}<script>{{ m.json(x) }}</script>'],
    ['a variable', '{% set j = x|json_encode %}<script>{{ j }}</script>'],
    ['a choice', '<script>{{ a ? 1 : x|json_encode }}</script>'],
    ['a page that extends', '{% extends "base" %}{% block s %}{{ x|json_encode }}{% endblock %}'],
    ['parent()', '{% extends "base" %}{% block s %}{{ parent() }}{% endblock %}'],
  ])('in a script element JSON is not escaped: %s', async (_, text) => {
    const others = {
      part: '{{ x|json_encode }}',
      macros: '{% macro json(v) %}{{ v|json_encode }}{% endmacro %}',
      base: '<script>{% block s %}{{ x|json_encode }}{% endblock %}</script>',
    };
    const html = await shown(text, data, others);
    const [, json = ''] = />(\{.*\})</i.exec(html) ?? [];
    expect(JSON.parse(json)).toEqual(data.x);
  });

  test.each([
    ['an attribute', '<a b="{{ x|json_encode }}">'],
    ['an attribute with e', '<a b="{{ x|json_encode|e }}">'],
    ['an attribute of a script element', '<script src="{{ x|json_encode }}"></script>'],
    ['behind a script element', '<script></script><a b="{{ x|json_encode }}">'],
    [
      'behind a script that a block may have ended',
      '<script>{% block b %}</script>{% endblock %}<a b="{{ x|json_encode }}">',
    ],
    ['behind a script of one branch', '{% if a %}<script>{% endif %}<a b="{{ x|json_encode }}">'],
    ['before a script in a loop', '{% for i in [1, 2] %}<a b="{{ x|json_encode }}"><script>{% endfor %}'],
    ['in a script that the loop ends', '<script>{% for i in [1, 2] %}<a b="{{ x|json_encode }}"></script>{% endfor %}'],
    ['where the page only speaks of script', '<a title="<script>" b="{{ x|json_encode }}"><!-- <script> -->'],
    ['behind a commented script', '<!-- <script> --><a b="{{ x|json_encode }}">'],
    ['in captured text', '<script></script>{% set c %}<a b="{{ x|json_encode }}">{% endset %}{{ c }}'],
    ['in a macro', '{% macro m(v) %}<a b="{{ v|json_encode }}">{% endmacro %}{{ m(x) }}'],
    ['cut by trim', '<script>{{ x|json_encode|trim("{}") }}</script>'],
  ])('elsewhere JSON is escaped once: %s', async (_, text) => {
    const html = await shown(text, data);
    expect(html).toContain('&quot;quote&quot;');
    expect(html).not.toContain('&amp;quot;');
  });

  test('in a script, whatever the value is, nothing but the JSON of that value stands there', async () => {
    const templates = await templatesWith({ p: '<script>{{ x|json_encode }}</script>' });
    fc.assert(
      fc.property(fc.jsonValue(), (x) => {
        const [, json = ''] = /^<script>([^<]*)<\/script>$/.exec(templates.render('p', { x })) ?? [];
        expect(JSON.stringify(JSON.parse(json))).toBe(JSON.stringify(x));
      }),
      { numRuns: 200 },
    );
  });
});

describe('striptags', () => {
  test.each([
    ['<p>a <b>b</b></p>', 'a b'],
    ['a<!-- <b> -->b', 'ab'],
    ['a<!-- never ends <b>', 'a'],
    ['a<b never ends', 'a'],
    ['a < b, 2<3 and <3', 'a < b, 2<3 and <3'],
    ['<a title="x > y">z</a>', 'z'],
    ['<<b>script>alert(1)<</b>/script>', 'script>alert(1)/script>'],
    ['<!doctype html><?xml ?>a', 'a'],
    ['<', '<'],
  ])('%j becomes %j', async (x, expected) => {
    expect(await shown('{{ x|striptags|raw }}', { x })).toBe(expected);
  });

  test('the tags that it is told to keep stay, and only those', async () => {
    const x = '<p><B class="c">a</B><bold>b</bold><i>c</i></p>';
    expect(await shown('{{ x|striptags("<b><i>")|raw }}', { x })).toBe('<B class="c">a</B>b<i>c</i>');
    await expect(shown('\n{{ x|striptags("b, i") }}', { x })).rejects.toThrow('line 2: what striptags keeps must be');
  });

  test('what is left is never the beginning of a tag', async () => {
    const templates = await templatesWith({ p: '{{ x|striptags|raw }}' });
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...`<>ab/!-"'= `) }), (x) => {
        expect(templates.render('p', { x })).not.toMatch(/<[a-z/!]/);
      }),
      { numRuns: 500 },
    );
  });
});
