import { rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { freshTemplates } from '../../src/templates/fresh-templates.js';
import { safeHtml } from '../../src/templates/safe-html.js';
import { Templates } from '../../src/templates/templates.js';
import { folderWith, shown, templatesWith } from './template-text.js';

describe('files', () => {
  test('templates are found in sub-folders, with any ending, and dot files are not templates', async () => {
    const templates = await templatesWith({
      'a.html': 'a',
      'mail/b.txt.tpl': 'b',
      '.hidden.html': 'no',
      '.git/c.html': 'no',
    });
    expect(templates.names).toEqual(['a.html', 'mail/b.txt.tpl']);
    expect(templates.render('mail/b.txt.tpl') + templates.render('./mail//b.txt.tpl')).toBe('bb');
  });

  test('a folder that is not there has no templates', async () => {
    const templates = new Templates({ directory: '/nonexistent/templates', isDebug: false });
    await templates.refresh();
    expect(templates.has('a.html')).toBe(false);
  });

  test('a missing template is an error with status 500 and, behind its code, the text that Tina4 gives it', async () => {
    const templates = await templatesWith({});
    expect(() => templates.render('my-page.html')).toThrow(
      expect.objectContaining({
        message: 'T4_TEMPLATE_NOT_FOUND: Template "my-page.html" not found',
        status: 500,
        code: 'T4_TEMPLATE_NOT_FOUND',
      }),
    );
  });

  test('a file that is asked for by another one is reported with the asking line', async () => {
    await expect(shown('a\n{% include "gone.html" %}')).rejects.toThrow(
      'Template "gone.html" not found, asked for by "page.html" line 2',
    );
    await expect(shown('{% extends "gone.html" %}')).rejects.toThrow('asked for by "page.html" line 1');
  });

  test('rendering reads nothing from the disk', async () => {
    const directory = await folderWith({ 'a.html': 'a{% include "b.html" %}', 'b.html': 'b' });
    const templates = new Templates({ directory, isDebug: false });
    await templates.refresh();
    await rm(directory, { recursive: true });
    expect(templates.render('a.html')).toBe('ab');
  });

  test('in debug mode a refresh picks up changed, new and removed files', async () => {
    const directory = await folderWith({ 'a.html': 'old', 'b.html': 'b', 'page.html': '{% include "a.html" %}' });
    const templates = new Templates({ directory, isDebug: true });
    await templates.refresh();
    await writeFile(join(directory, 'a.html.new'), 'new');
    await rename(join(directory, 'a.html.new'), join(directory, 'a.html'));
    await writeFile(join(directory, 'c.html'), 'c');
    await rm(join(directory, 'b.html'));
    expect(templates.isRefreshDue).toBe(true);
    await Promise.all([templates.refresh(), templates.refresh()]);
    expect([templates.render('page.html'), templates.has('b.html'), templates.render('c.html')]).toEqual([
      'new',
      false,
      'c',
    ]);
  });

  test('outside of debug mode a refresh is due once, or again when the cache time is over', async () => {
    let now = 1000;
    const directory = await folderWith({});
    const forever = new Templates({ directory, isDebug: false, now: () => now });
    const short = new Templates({ directory, isDebug: false, cacheSeconds: 10, now: () => now });
    expect([forever.isRefreshDue, short.isRefreshDue]).toEqual([true, true]);
    await Promise.all([forever.refresh(), short.refresh()]);
    now += 9999;
    expect([forever.isRefreshDue, short.isRefreshDue]).toEqual([false, false]);
    now += 1;
    expect([forever.isRefreshDue, short.isRefreshDue]).toEqual([false, true]);
  });

  test('a link inside of the folder is followed, one that leaves it is not a template', async () => {
    const outside = await folderWith({ 'secret.html': 'secret' });
    const directory = await folderWith({ 'a.html': 'a' });
    await symlink(join(outside, 'secret.html'), join(directory, 'out.html'));
    await symlink(join(directory, 'a.html'), join(directory, 'in.html'));
    const templates = new Templates({ directory, isDebug: false });
    await templates.refresh();
    expect(templates.names).toEqual(['a.html', 'in.html']);
  });
});

describe('fresh templates', () => {
  test('a change is seen by the next rendering in debug mode, without anybody asking for a refresh', async () => {
    const directory = await folderWith({ 'a.html': 'old' });
    const fresh = freshTemplates(new Templates({ directory, isDebug: true }));
    expect(await fresh.render('a.html', {})).toBe('old');
    await writeFile(join(directory, 'a.html'), 'newer');
    expect(await fresh.render('a.html', {})).toBe('newer');
  });

  test('in production a page is text at once, without a promise', async () => {
    const fresh = freshTemplates(await templatesWith({ 'a.html': 'a{{ x }}' }));
    expect(fresh.render('a.html', { x: 1 })).toBe('a1');
    expect(fresh.render('a.html', {}, { globals: { x: 2 } })).toBe('a2');
    expect(fresh.has('a.html')).toBe(true);
  });
});

describe('errors', () => {
  test.each([
    ['ok\n{{ a | shout }}', 'line 2: unknown filter "shout"'],
    ['{% filter shout %}{% endfilter %}', 'line 1: unknown filter "shout"'],
    ['\n\n{{ a is pretty }}', 'line 3: unknown test "pretty"'],
    ['{% nothing %}', 'line 1: unknown block tag: nothing'],
    ['a\n{% if x %}\n\nb', 'line 2: {% if %} is never closed'],
    ['{% for x in xs %}{% if x %}{% endfor %}', 'line 1: unknown block tag: endfor'],
    ['{% block a %}', 'line 1: {% block %} is never closed'],
    ['\n{{ a', 'line 2: the tag that begins here is never closed with }}'],
    ['{{ "a }}', 'line 1: the text that begins with " is never closed'],
    ['\n{# a', 'line 2: the comment that begins here is never closed with #}'],
    ['{% raw %}', 'line 1: {% raw %} is never closed'],
    ['{{ (a }}', 'line 1: "}" closes nothing that is open'],
    ['{{ a b }}', 'line 1: expected variable end'],
    ['{{ }}', 'line 1: unexpected token: }}'],
    ['{{ a @ b }}', 'line 1: "@" is not expected here'],
    ['{{ parent() }}', 'line 1: parent() is used outside of a block'],
    ['{% block a %}{% endblock %}\n{% block a %}{% endblock %}', 'line 2: block "a" is defined twice'],
    ['{% for x in xs if x %}{% endfor %}', 'line 1: {% for … in … if … %} is not supported'],
    ['{% endif %}', 'line 1: unknown block tag: endif'],
  ])('%j is refused: %s', async (text, message) => {
    const templates = await templatesWith({ 'page.html': text, 'good.html': 'good' });
    expect(() => templates.render('page.html')).toThrow(`T4_TEMPLATE_SYNTAX: Template "page.html" ${message}`);
    expect(templates.problems.map((problem) => problem.template)).toEqual(['page.html']);
    expect(templates.render('good.html')).toBe('good');
  });

  test.each([
    ['\n{{ f() }}', 'line 2: "f" is not a function here, so it cannot be called'],
    ['{{ a.f() }}', 'line 1: "f" is not a method here, so it cannot be called'],
    ['{% if 1 %}\n\n{{ broken() }}{% endif %}', 'line 3: out of order'],
    ['{% for x in [1] %}\n{% if broken() %}{% endif %}{% endfor %}', 'line 2: out of order'],
    ['{{ later }}', 'line 1: the value is a promise; await it in the handler'],
    ['{% include 5 %}', 'line 1: the name of a template must be text, not number'],
    ['{% from "m.html" import nope %}', 'line 1: there is no macro "nope" to import'],
    ['{% include "page.html" %}', 'line 1: Maximum call stack size exceeded'],
    ['{% extends "page.html" %}', 'line 1: Maximum call stack size exceeded'],
  ])('%j fails while it is shown: %s', async (text, message) => {
    const templates = await templatesWith({ 'page.html': text, 'm.html': '' });
    const broken = () => {
      throw new Error('out of order');
    };
    expect(() => templates.render('page.html', { broken, later: Promise.resolve(1) })).toThrow(
      expect.objectContaining({
        code: 'T4_TEMPLATE_RENDER',
        status: 500,
        message: expect.stringContaining(`"page.html" ${message}`),
      }),
    );
  });

  test('an error names the file it is in, not the one that was asked for', async () => {
    const others = { 'base.html': 'x\n{% block a %}{{ f() }}{% endblock %}', 'part.html': '\n\n{{ g() }}' };
    await expect(shown('{% extends "base.html" %}', {}, others)).rejects.toThrow('Template "base.html" line 2');
    await expect(shown('\n{% include "part.html" %}', {}, others)).rejects.toThrow('Template "part.html" line 3');
  });

  test('an error in a macro names the file and the line of the macro', async () => {
    const others = { 'm.html': '{% macro f(x) %}\n\n{{ x|round(0, "up") }}{% endmacro %}' };
    await expect(shown('{% from "m.html" import f %}{{ f(1) }}', {}, others)).rejects.toThrow(
      '"m.html" line 3: the method',
    );
    await expect(
      shown('{% macro f() %}\n{{ 1 }}{% endmacro %}\n{{ f() }}{{ 1|round(0, "up") }}', {}, others),
    ).rejects.toThrow('"page.html" line 3');
  });

  test('the thrown error is kept as the cause', async () => {
    const cause = new Error('inner');
    const fail = () => {
      throw cause;
    };
    await expect(shown('{{ fail() }}', { fail })).rejects.toMatchObject({ cause, template: 'page.html', line: 1 });
  });
});

describe('extending', () => {
  test('filters, tests and globals of the application can be used', async () => {
    const templates = await templatesWith({
      p: '{{ "a"|shout("!") }}{{ 5 is big ? 1 : 0 }}{{ site }}{{ plus(1, 2) }}',
    });
    expect(templates.problems).toHaveLength(1);
    templates.addFilter('shout', (value, mark) => value.toUpperCase() + mark);
    templates.addTest('big', (value) => value > 3);
    templates.addGlobal('site', 'S');
    templates.addGlobal('plus', (a: number, b: number) => a + b);
    expect(templates.render('p')).toBe('A!1S3');
  });

  test('globals of one rendering are seen everywhere in it and nowhere else', async () => {
    const templates = await templatesWith(
      {
        p: '{{ token() }}{% include "q" %}{% from "m" import f %}{{ f() }}',
        q: '{{ token() }}',
        m: '{% macro f() %}{{ token() }}{% endmacro %}',
      },
      { globals: { token: () => 'all' } },
    );
    expect(templates.render('p', {}, { globals: { token: () => 'one' } })).toBe('oneoneone');
    expect(templates.render('p')).toBe('allallall');
    expect(templates.render('q', { token: () => 'data' })).toBe('data');
  });

  test('a function that is printed without parentheses is called, and HTML it marks as safe is not escaped', async () => {
    const templates = await templatesWith({ p: '{{ form_token }}{{ form_token() }}{{ plain }}' });
    templates.addGlobal('form_token', () => safeHtml('<input>'));
    templates.addGlobal('plain', () => '<');
    expect(templates.render('p')).toBe('<input><input>&lt;');
  });

  test('what a filter returns is escaped', async () => {
    const templates = await templatesWith({ p: '{{ 1|bold }}{{ 1|bold|raw }}' });
    templates.addFilter('bold', (value) => `<b>${value}</b>`);
    expect(templates.render('p')).toBe('&lt;b&gt;1&lt;/b&gt;<b>1</b>');
  });
});

describe('minifying', () => {
  test('white space between tags becomes one space, and stays in pre, textarea, script and style', async () => {
    const kept =
      '<pre>\n <b>a</b>  <i>b</i>\n</pre><textarea>\n <x> </textarea><script>\n a > b;  < c\n</script><style>\n a > b {}\n</style>';
    const templates = await templatesWith(
      { p: `\n<div>\n  <b>a  b</b>\n  <i>c</i>\n</div>\n${kept}\n<p>\n</p>\n` },
      { minifyHtml: true },
    );
    expect(templates.render('p')).toBe(`<div> <b>a  b</b> <i>c</i> </div> ${kept} <p> </p>`);
  });
});
