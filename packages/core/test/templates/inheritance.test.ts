import { expect, test } from '@jest/globals';
import { shown, templatesWith } from './template-text.js';

const base = '<{% block title %}base{% endblock %}|{% block body %}{% endblock %}>';

test('a page fills the blocks of the file it extends and leaves the rest as it is', async () => {
  expect(
    await shown(
      '{% extends "base.twig" %}text outside of blocks{% block body %}page{% endblock %}',
      {},
      { 'base.twig': base },
    ),
  ).toBe('<base|page>');
});

test('parent() shows what the block has in the extended file, not escaped again', async () => {
  const others = { 'base.twig': '{% block a %}<b>{{ x }}</b>{% endblock %}' };
  expect(await shown('{% extends "base.twig" %}{% block a %}[{{ parent() }}]{% endblock %}', { x: '<' }, others)).toBe(
    '[<b>&lt;</b>]',
  );
});

test('inheritance goes over several levels, and parent() one level at a time', async () => {
  const others = {
    'base.twig': base,
    'middle.twig': '{% extends "base.twig" %}{% block title %}{{ parent() }}+middle{% endblock title %}',
    'low.twig': '{% extends "middle.twig" %}',
  };
  const page =
    '{% extends "low.twig" %}{% block title %}{{ parent() }}+page{% endblock %}{% block body %}{{ x }}{% endblock %}';
  expect(await shown(page, { x: 1 }, others)).toBe('<base+middle+page|1>');
});

test('parent() works inside an if, a loop, an operator and a filter', async () => {
  const page =
    '{% extends "base.twig" %}{% block title %}{% if true %}{% for i in [1,2] %}{{ i ~ parent() }}{{ parent() | upper }}{% endfor %}{% endif %}{% endblock %}';
  expect(await shown(page, {}, { 'base.twig': base })).toBe('<1baseBASE2baseBASE|>');
});

test('imports, comments and white space may come before extends', async () => {
  const others = { 'base.twig': base, 'm.twig': '{% macro f(x) %}<i>{{ x }}</i>{% endmacro %}' };
  const page =
    '\n{# note #}\n{% from "m.twig" import f %}\n{% extends "base.twig" %}{% block body %}{{ f("&") }}{% endblock %}';
  expect(await shown(page, {}, others)).toBe('<base|<i>&amp;</i>>');
});

test('what a page sets outside of its blocks is seen in them and in the extended file', async () => {
  const others = { 'base.twig': '{{ title }}:{% block a %}{% endblock %}' };
  expect(
    await shown('{% extends "base.twig" %}{% set title = "T" %}{% block a %}{{ title }}{% endblock %}', {}, others),
  ).toBe('T:T');
});

test('a block inside a block and a block inside a loop can be filled', async () => {
  const others = {
    'base.twig': '{% block out %}({% for x in [1,2] %}{% block item %}{{ x }}{% endblock %}{% endfor %}){% endblock %}',
  };
  expect(await shown('{% extends "base.twig" %}{% block item %}<{{ x }}>{% endblock %}', {}, others)).toBe('(<1><2>)');
});

test('an included file may extend a file of its own', async () => {
  const others = { 'base.twig': base, 'part.twig': '{% extends "base.twig" %}{% block body %}{{ x }}{% endblock %}' };
  expect(await shown('{% block body %}mine{% endblock %}{% include "part.twig" %}', { x: 1 }, others)).toBe(
    'mine<base|1>',
  );
});

test('the extended file can be chosen by the data', async () => {
  const templates = await templatesWith({
    'a.twig': 'A{% block x %}{% endblock %}',
    'b.twig': 'B',
    'page.html': '{% extends wide ? "a.twig" : "b.twig" %}',
  });
  expect(templates.render('page.html', { wide: true }) + templates.render('page.html', {})).toBe('AB');
});
