import { describe, expect, test } from '@jest/globals';
import { parametersOf } from '../../src/templates/built-in.js';
import { builtInFilters } from '../../src/templates/filters.js';
import { builtInTests } from '../../src/templates/tests.js';
import { shown, templatesWith } from './template-text.js';

const filters = Object.entries(builtInFilters({ isDebug: false, random: Math.random }));
const tests = Object.entries(builtInTests);

/** So many arguments that are all the number 1. */
function ones(count: number): string {
  return Array.from({ length: count }, () => '1').join(', ');
}

describe('no argument is swallowed', () => {
  test('every filter and test says what it takes', () => {
    expect([...filters, ...tests].filter(([, run]) => parametersOf(run) === undefined)).toEqual([]);
  });

  test('every filter refuses one argument more than it takes, with file and line', async () => {
    const bounded = filters.filter(([, run]) => Number.isFinite(parametersOf(run)?.most));
    const files = bounded.map(([name, run]) => [
      name,
      `\n{{ x|${name}(${ones((parametersOf(run)?.most ?? 0) + 1)}) }}`,
    ]);
    const templates = await templatesWith(Object.fromEntries(files));
    expect(templates.problems.map(({ template, line, code }) => [template, line, code]).sort()).toEqual(
      bounded.map(([name]) => [name, 2, 'T4_TEMPLATE_SYNTAX']).sort(),
    );
    expect(bounded.length).toBeGreaterThan(50);
  });

  test('every test refuses one argument more than it takes', async () => {
    const files = tests.map(([name, run]) => [name, `{{ x is ${name}(${ones((parametersOf(run)?.most ?? 0) + 1)}) }}`]);
    const templates = await templatesWith(Object.fromEntries(files));
    expect(templates.problems.map(({ template }) => template).sort()).toEqual(tests.map(([name]) => name).sort());
  });

  test.each([
    ['{{ x|batch }}', 'filter "batch" takes the arguments (size, fill?), not 0 of them'],
    ['{{ x|upper(1) }}', 'filter "upper" takes no arguments'],
    ['{% filter upper(1) %}{% endfilter %}', 'filter "upper" takes no arguments'],
    ['{{ x|number_format(decimals=2) }}', 'takes its arguments by position: (decimals?, point?, thousands?)'],
    ['{{ x is odd(1) }}', 'test "odd" takes no arguments'],
    ['{{ x is divisible by }}', 'unexpected token'],
    ['{{ range(1) }}', 'range() takes the arguments (from, to, step?), not 1 of them'],
    ['{{ random(1, 2, 3) }}', 'random() takes the arguments (of?, to?)'],
    ['{{ cycle([1]) }}', 'cycle() takes the arguments (values, position)'],
    ['{{ cycle([], 1) }}', 'cycle() needs a list that is not empty'],
    ['{{ min() }}', 'min() has nothing to choose from'],
    ['{% block b %}{% endblock %}{{ block("b", "other.html") }}', 'block() takes the name of a block'],
    ['{{ block("nope") }}', 'block "nope" is not defined'],
    ['{% block b %}{{ parent(1) }}{% endblock %}', 'parent() takes no arguments'],
    ['{{ include("a", {}, true, true, true) }}', 'include() takes the arguments'],
    ['{{ include("a", sandboxed=true) }}', 'include() takes the arguments'],
    ['{{ f(a=1) }}', '"f" takes its arguments by position'],
    ['{{ o.f(a=1) }}', '"f" takes its arguments by position'],
    ['{% macro m(a) %}{% endmacro %}{{ m(b=1) }}', 'the macro "m" has no parameter "b"'],
    ['{% macro m(a) %}{% endmacro %}{{ m(1, a=1) }}', 'the macro "m" is given "a" twice'],
    ['{{ x|round(1, "up") }}', 'the method of round must be one of "common", "ceil", "floor", not "up"'],
    ['{{ x|number_format("many") }}', 'the decimals of number_format must be a number'],
    ['{{ x|number_format(30) }}', 'at most 20, not 30'],
    ['{{ x|truncate(-1) }}', 'the length of truncate must be a number of at least 0'],
    ['{{ x|wordwrap(0) }}', 'the width of wordwrap must be a number of at least 1'],
    ['{{ x|trim("a", "middle") }}', 'the side of trim must be one of'],
    ['{{ x|join([1]) }}', 'the separator of join must be text'],
    ['{{ x|slice("a") }}', 'the start of slice must be a number'],
    ['{{ x|split(",", "two") }}', 'the limit of split must be a number'],
    ['{{ x|replace({"a": "b"}, "c") }}', 'replace takes either a map or two texts'],
    ['{{ x|map([1]) }}', 'the name that map reads must be text'],
    ['{{ x|merge([1]) }}', 'merge joins lists or objects'],
    ['{{ x|date("Y", 5) }}', 'Invalid time zone'],
    ['{{ 0|date("%Q") }}', 'date does not know "%Q" of strftime'],
    ['{{ 0|date("B") }}', 'date does not write PHP\'s letter "B"'],
    ['{{ "%q"|format(1) }}', 'format does not know "%q"'],
    ['{{ "100% "|format }}', 'a percent sign is written %%'],
    ['{{ "%s %s"|format(1) }}', 'format has no argument for "%s"'],
    ['{{ "%5000s"|format(1) }}', 'format fills at most 1000 characters'],
    ['{{ [1]|batch(1000000000, 0) }}', 'batch fills at most 100000'],
    ['{{ x is divisible by 0 }}', 'divisible by needs a number other than 0'],
    ['{{ x matches pattern }}', 'matches needs a pattern in quotes'],
    ['{{ x matches "^a" }}', 'a pattern is written between slashes'],
    ['{% include "page.html" with [1] %}', '"with" takes an object of variables'],
    ['{% include "page.html" ignore %}', '"missing" is expected here'],
    ['{% import "page.html" as m with context %}', 'knows neither "with" nor "without context"'],
    ['{% for a, b, c in x %}{% endfor %}', 'a loop takes the name of the value, or those of key and value'],
    ['{% set a.b = 1 %}', 'expected block end in set statement'],
    ['{% set a, b = 1, 2, 3 %}', '{% set %} has 2 names for 3 values'],
    ['{{ x|map(p => p.a) }}', 'arrow functions are not there'],
    ['{% macro m() %}{% endmacro n %}', '{% endmacro n %} stands where "m" ends'],
    ['{% block a %}{% endblock b %}', '{% endblock b %} stands where "a" ends'],
    ['{% block a %}{% extends "b" %}{% endblock %}', '{% extends %} stands inside of a block'],
  ])('%j is refused: %s', async (text, message) => {
    const data = { x: 5, f: () => 1, o: { f: () => 1 }, pattern: '/a/' };
    await expect(shown(`\n${text}`, data)).rejects.toMatchObject({
      message: expect.stringContaining(message),
      template: 'page.html',
      line: 2,
    });
  });

  test('filters, tests and functions of the application get whatever they are given', async () => {
    const templates = await templatesWith({ p: '{{ 1|own(2, 3) }}{{ 1 is mine(2) }}{{ max(7) }}' });
    templates.addFilter('own', (...values) => values.join('-'));
    templates.addTest('mine', (a, b) => a < b);
    templates.addGlobal('max', (value: number) => `own ${value}`);
    expect(templates.render('p')).toBe('1-2-3trueown 7');
  });
});
