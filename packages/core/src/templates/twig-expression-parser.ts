// Longer than other files: nunjucks' parser calls methods of one object, so all expressions are in one class.
import { arityProblem, parametersOf } from './built-in.js';
import { isEscapingStrategy, unknownStrategy } from './escape-strategies.js';
import {
  BlockCall,
  IncludeCall,
  type Node,
  nodeClass,
  ParentBlock,
  Parser,
  RuntimeCall,
  type Token,
} from './nunjucks-parts.js';
import type { TemplateFilter, TemplateTest } from './template-runtime.js';
import { binaryOperator, notBinding, type Operator } from './twig-operators.js';

/** Which filters and tests there are, so that a mistake is found when the template is read and not when it is shown. */
export type KnownNames = {
  readonly filters: Readonly<Record<string, TemplateFilter>>;
  readonly tests: Readonly<Record<string, TemplateTest>>;
};

const operatorTokens = new Set(['operator', 'symbol', 'tilde']);

/**
 * nunjucks' parser with Twig's expressions: operators, literals, members, calls, filters and tests. A class between
 * nunjucks' and that of the tags, since the methods of all three call each other on one object.
 */
export class TwigExpressionParser extends Parser {
  protected known: KnownNames = { filters: {}, tests: {} };
  /** For each block we are inside of, innermost last, its uses of `parent()`: they learn the block's name at its end. */
  protected readonly parentCalls: Node[][] = [];

  override parseExpression(): Node {
    const first = this.#parseBinary(0);
    if (this.skipValue('operator', '?:')) return build('Or', first, first, this.parseExpression());
    if (this.skipValue('operator', '?')) {
      const whenTrue = this.parseExpression();
      const whenFalse = this.skip('colon') ? this.parseExpression() : null;
      return build('InlineIf', first, first, whenTrue, whenFalse);
    }
    // The form of Jinja and nunjucks: value if condition else other.
    if (this.skipSymbol('if')) {
      const condition = this.#parseBinary(0);
      const otherwise = this.skipSymbol('else') ? this.parseExpression() : null;
      return build('InlineIf', first, condition, first, otherwise);
    }
    return first;
  }

  /** `(a)`, `[a, b]`, `{a: 1}`. A comma may stand behind the last item. */
  override parseAggregate(): Node {
    const open = this.nextToken() ?? this.fail('an expression is expected');
    if (open.type === 'left-bracket') {
      const items = this.parseItems('right-bracket', () => this.parseExpression());
      return build('Array', open, items);
    }
    if (open.type === 'left-curly') {
      const pairs = this.parseItems('right-curly', () => this.#parsePair());
      return build('Dict', open, pairs);
    }
    if (open.type !== 'left-paren') this.fail(`unexpected token: ${open.value}`, open.lineno);
    const inner = this.parseExpression();
    this.expectClosing('right-paren', ')');
    return build('Group', open, [inner]);
  }

  /** What may follow a value: `.name`, `[key]`, `[from:length]` and `(arguments)`. */
  override parsePostfix(node: Node): Node {
    let target = node;
    for (;;) {
      const token = this.peekToken();
      if (token?.type === 'left-paren') target = this.#parseCall(target, token);
      else if (token?.type === 'left-bracket') target = this.#parseIndex(target, token);
      else if (token?.type === 'operator' && token.value === '.') {
        this.nextToken();
        target = build('LookupVal', token, target, build('Literal', token, this.nextToken()?.value));
      } else return target;
    }
  }

  /** The arguments of a call; those given by name come last, in one KeywordArgs node. */
  override parseSignature(isOptional?: boolean): Node {
    const open = this.peekToken();
    if (open?.type !== 'left-paren') return isOptional ? build('NodeList', noPlace, []) : this.fail('"(" is expected');
    this.nextToken();
    const named = build('KeywordArgs', open, []);
    const positional = this.parseItems('right-paren', () => {
      const argument = this.parseExpression();
      const isNamed = this.skipValue('operator', '=') || this.skip('colon');
      if (isNamed && argument.typename !== 'Symbol') this.fail('the name of an argument is expected', argument.lineno);
      if (isNamed) named.children.push(build('Pair', argument, argument, this.parseExpression()));
      else if (named.children.length > 0)
        this.fail('arguments without a name stand before those with one', argument.lineno);
      return isNamed ? undefined : argument;
    });
    return build('NodeList', open, named.children.length > 0 ? [...positional, named] : positional);
  }

  override parseFilter(node: Node): Node {
    let filtered = node;
    while (this.skip('pipe')) filtered = this.filterOn(filtered, this.filterCall());
    return filtered;
  }

  /** The name of a filter and what stands in its parentheses. */
  protected filterCall(): { name: Node; args: Node[] } {
    const name = this.parseFilterName();
    const filter = this.known.filters[name.value];
    if (filter === undefined) this.fail(`unknown filter "${name.value}"`, name.lineno);
    const args = this.#argumentsOf(`filter "${name.value}"`, filter, name);
    const [first] = args;
    const isEscape = (name.value === 'e' || name.value === 'escape') && parametersOf(filter) !== undefined;
    if (isEscape && first?.typename === 'Literal' && !isEscapingStrategy(first.value)) {
      this.fail(unknownStrategy(first.value).message, name.lineno);
    }
    return { name, args };
  }

  protected filterOn(node: Node, { name, args }: { name: Node; args: Node[] }): Node {
    return build('Filter', name, name, build('NodeList', name, [node, ...args]));
  }

  /** Items with commas between them up to the closer, which is read too; those for which there is no node are left out. */
  protected parseItems(closer: string, parseItem: () => Node | undefined): Node[] {
    const items: Node[] = [];
    for (let count = 0; !this.skip(closer); count += 1) {
      if (count > 0 && !this.skip('comma')) {
        this.fail(`a comma is expected, not "${this.peekToken()?.value}"`, this.peekToken()?.lineno);
      }
      if (count > 0 && this.skip(closer)) break;
      const item = parseItem();
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  protected expectClosing(type: string, text: string): void {
    if (!this.skip(type))
      this.fail(`"${text}" is expected, not "${this.peekToken()?.value}"`, this.peekToken()?.lineno);
  }

  #parseBinary(minimum: number): Node {
    let left = this.#parseOperand();
    for (;;) {
      const token = this.peekToken();
      if (token === null || !operatorTokens.has(token.type)) return left;
      const operator = binaryOperator(token.value);
      if (operator === undefined || operator.binding < minimum) return left;
      this.nextToken();
      left = this.#parseRightSide(left, token, operator);
    }
  }

  #parseRightSide(left: Node, token: Token, operator: Operator): Node {
    if (token.value === 'is') return this.#parseTest(left, token);
    if (token.value === 'not' && !this.skipSymbol('in')) this.fail('"in" is expected after "not"', token.lineno);
    if ((token.value === 'starts' || token.value === 'ends') && !this.skipSymbol('with')) {
      this.fail(`"with" is expected after "${token.value}"`, token.lineno);
    }
    const right = this.#parseBinary(operator.rightToLeft ? operator.binding : operator.binding + 1);
    switch (operator.node) {
      case 'Compare': {
        const operand = build('CompareOperand', token, right, token.value);
        return build('Compare', token, left, [operand]);
      }
      case 'In': {
        const contains = runtimeCall(token, 'contains', [right, left]);
        return token.value === 'not' ? build('Not', token, contains) : contains;
      }
      case 'matches':
        return runtimeCall(token, 'matches', [left, this.#pattern(right, token)]);
      case 'range':
      case 'nullish':
      case 'concat':
      case 'spaceship':
      case 'startsWith':
      case 'endsWith':
        return runtimeCall(token, operator.node, [left, right]);
      default:
        return build(operator.node, token, left, right);
    }
  }

  #parseOperand(): Node {
    const token = this.peekToken();
    if (token !== null && this.skipSymbol('not')) return build('Not', token, this.#parseBinary(notBinding));
    return this.parseUnary();
  }

  /**
   * The pattern of `matches`, as PHP writes it: `/^\d+$/i`. It must stand in the template, since a pattern out of data
   * could keep the process busy for ever.
   */
  #pattern(node: Node, token: Token): Node {
    const given =
      node.typename === 'Literal' ? String(node.value) : this.fail('matches needs a pattern in quotes', token.lineno);
    const [, body, flags] = /^\/(.*)\/([imsu]*)$/s.exec(given) ?? [];
    if (body === undefined) this.fail('a pattern is written between slashes: "/^[a-z]+$/i"', token.lineno);
    try {
      new RegExp(body, flags);
    } catch (error) {
      this.fail((error as Error).message, token.lineno);
    }
    return build('Literal', token, given);
  }

  /** `is odd`, `is not defined`, `is divisible by(3)`, `is same as x`; the word `is` has been read. */
  #parseTest(left: Node, token: Token): Node {
    const isNegated = this.skipSymbol('not');
    let name = this.nextToken()?.value ?? '';
    const second = this.peekToken();
    if ((name === 'same' && second?.value === 'as') || (name === 'divisible' && second?.value === 'by')) {
      this.nextToken();
      name = `${name} ${second.value}`;
    }
    const test = this.known.tests[name];
    if (test === undefined) this.fail(`unknown test "${name}"`, token.lineno);
    const isBare = this.peekToken()?.type !== 'left-paren' && parametersOf(test)?.least === 1;
    const args = isBare ? [this.parseUnary(true)] : this.#argumentsOf(`test "${name}"`, test, token);
    const node = build('Is', token, left, build('FunCall', token, build('Symbol', token, name), args));
    return isNegated ? build('Not', token, node) : node;
  }

  /** What stands in the parentheses behind a filter or test, if there are any, checked against what it takes. */
  #argumentsOf(shown: string, callee: unknown, at: { lineno: number }): Node[] {
    const args: Node[] = this.peekToken()?.type === 'left-paren' ? this.parseSignature().children : [];
    const takes = parametersOf(callee);
    if (args.at(-1)?.typename === 'KeywordArgs') {
      this.fail(`${shown} takes its arguments by position${takes === undefined ? '' : `: ${takes.list}`}`, at.lineno);
    }
    const problem = arityProblem(shown, callee, args.length);
    if (problem !== undefined) this.fail(problem, at.lineno);
    return args;
  }

  /** `key: value`; the key is a word, text, a number or an expression in parentheses. A word alone is name and value. */
  #parsePair(): Node {
    const key = this.nextToken() ?? this.fail('the key of an entry is expected');
    let node: Node;
    if (key.type === 'left-paren') {
      node = this.parseExpression();
      this.expectClosing('right-paren', ')');
    } else if (['symbol', 'string', 'int', 'float', 'boolean', 'none'].includes(key.type)) {
      node = build('Literal', key, key.value);
    } else {
      this.fail(`the key of an entry is expected, not "${key.value}"`, key.lineno);
    }
    if (this.skip('colon')) return build('Pair', key, node, this.parseExpression());
    if (key.type !== 'symbol') this.fail('":" is expected behind the key of an entry', key.lineno);
    return build('Pair', key, node, build('Symbol', key, key.value));
  }

  /** `a[key]`, or Twig's short form of slice: `a[start:length]`. */
  #parseIndex(target: Node, open: Token): Node {
    this.nextToken();
    const isFromStart = this.skip('colon');
    const first = isFromStart ? build('Literal', open, 0) : this.parseExpression();
    const isSlice = isFromStart || this.skip('colon');
    const hasLength = isSlice && this.peekToken()?.type !== 'right-bracket';
    const length = hasLength ? [this.parseExpression()] : [];
    this.expectClosing('right-bracket', ']');
    if (!isSlice) return build('LookupVal', open, target, first);
    return this.filterOn(target, { name: build('Symbol', open, 'slice'), args: [first, ...length] });
  }

  /** A call. Those of `parent`, `block` and `include` belong to the language. */
  #parseCall(callee: Node, open: Token): Node {
    const args = this.parseSignature();
    const name = callee.typename === 'Symbol' ? callee.value : undefined;
    if (name === 'parent' || name === 'super') return this.#parentCall(args, open);
    if (name === 'block') return this.#blockCall(args.children, open);
    if (name === 'include') return this.#includeCall(args.children, open);
    return build('FunCall', open, callee, args);
  }

  #parentCall(args: Node, open: Token): Node {
    if (args.children.length > 0) this.fail('parent() takes no arguments', open.lineno);
    const calls = this.parentCalls.at(-1) ?? this.fail('parent() is used outside of a block', open.lineno);
    const call = new ParentBlock(open.lineno, open.colno);
    calls.push(call);
    return call;
  }

  #blockCall(args: Node[], open: Token): Node {
    const [name] = args;
    if (args.length !== 1 || name?.typename === 'KeywordArgs') {
      this.fail('block() takes the name of a block of this page, and nothing else', open.lineno);
    }
    return new BlockCall(open.lineno, open.colno, name);
  }

  #includeCall(args: Node[], open: Token): Node {
    const parameters = ['template', 'variables', 'with_context', 'ignore_missing'];
    const named: Node[] = args.at(-1)?.typename === 'KeywordArgs' ? args.at(-1)?.children : [];
    const given = new Map<string, Node>();
    for (const [index, value] of args.slice(0, args.length - Number(named.length > 0)).entries()) {
      given.set(parameters[index] ?? '', value);
    }
    for (const pair of named) given.set(given.has(pair.key.value) ? '' : pair.key.value, pair.value);
    if (!given.has('template') || [...given.keys()].some((name) => !parameters.includes(name))) {
      this.fail(`include() takes the arguments (${parameters.join(', ')})`, open.lineno);
    }
    const literal = (value: unknown) => build('Literal', open, value);
    return new IncludeCall(
      open.lineno,
      open.colno,
      given.get('template'),
      given.get('variables') ?? literal(null),
      given.get('with_context') ?? literal(true),
      given.get('ignore_missing') ?? literal(false),
    );
  }
}

const noPlace = { lineno: 0, colno: 0 };

/** A node of nunjucks by the name of its class. */
export function build(typename: string, at: { lineno: number; colno: number }, ...fields: unknown[]): Node {
  return new (nodeClass(typename))(at.lineno, at.colno, ...fields);
}

/** A call of a function of the template runtime. */
export function runtimeCall(at: { lineno: number; colno: number }, name: string, args: Node[]): Node {
  return new RuntimeCall(at.lineno, at.colno, name, build('NodeList', at, args));
}
