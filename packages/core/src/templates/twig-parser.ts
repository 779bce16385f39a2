// Longer than other files: nunjucks' parser calls methods of one object, so the tags and the expressions are in one class.
import { type Node, nodeClass, ParentBlock, Parser, RuntimeCall, type Token, With } from './nunjucks-parts.js';
import { templateSyntaxError } from './template-error.js';
import { TwigLexer } from './twig-lexer.js';
import { binaryOperator, notBinding, type Operator } from './twig-operators.js';

/** Which filters and tests exist, so that a misspelt one is found when the template is read and not when it is shown. */
export type KnownNames = { hasFilter(name: string): boolean; hasTest(name: string): boolean };

/** Reads a template into nunjucks' syntax tree. Throws T4_TEMPLATE_SYNTAX with the template's name and the line. */
export function parseTwig(source: string, template: string, known: KnownNames): Node {
  return new TwigParser(source, template, known).parseAsRoot();
}

const operatorTokens = new Set(['operator', 'symbol', 'tilde']);

/** nunjucks' parser with Twig's expressions and the tags that nunjucks does not have or reads differently. */
class TwigParser extends Parser {
  readonly #template: string;
  readonly #known: KnownNames;
  /** For each block we are inside of, innermost last, its uses of `parent()`: they learn the block's name at its end. */
  readonly #parentCalls: Node[][] = [];
  /** The tags we are inside of, innermost last: the one to name when the file ends too early. */
  readonly #openTags: Token[] = [];
  /** What `{% autoescape %}` says about the text we are in. */
  #escaping = true;

  constructor(source: string, template: string, known: KnownNames) {
    super(new TwigLexer(source, template));
    this.#template = template;
    this.#known = known;
  }

  /** nunjucks asks here for each of its errors; the names of its methods in them say nothing to users. */
  override error(message: string, lineno?: number): Error {
    const open = this.#openTags.at(-1);
    if (lineno === undefined && open !== undefined && this.peekToken() === null) {
      return this.#errorAt(open.lineno, `{% ${open.value} %} is never closed`);
    }
    return this.#errorAt(lineno ?? this.peekToken()?.lineno ?? 0, message.replace(/^\w+: /, ''));
  }

  override parseAsRoot(): Node {
    const root = super.parseAsRoot();
    const left = this.nextToken();
    if (left !== null) this.fail(`"${left.value}" is not expected here`, left.lineno);
    return root;
  }

  /** The body of a tag. */
  override parse(): Node {
    const body = super.parse();
    for (const node of body.children) {
      if (node.typename === 'Output') node.escaping ??= this.#escaping;
    }
    return body;
  }

  override parseStatement(): Node | null {
    const tag = this.peekToken();
    if (tag === null) this.fail('the tag is never closed with %}');
    if (this.breakOnBlocks?.includes(tag.value)) return null;
    this.#openTags.push(tag);
    const statement = this.#parseTag(tag);
    this.#openTags.pop();
    return statement;
  }

  #parseTag(tag: Token): Node | null {
    switch (tag.value) {
      case 'include':
        return this.#parseInclude(tag);
      case 'with':
        return this.#parseWith(tag);
      case 'spaceless':
        return this.#parseSpaceless(tag);
      case 'autoescape':
        return this.#parseAutoescape();
      case 'do':
        return this.#parseDo(tag);
      case 'for':
        return this.#parseFor(tag);
      case 'ifAsync':
      case 'asyncEach':
      case 'asyncAll':
        return this.fail(`unknown block tag: ${tag.value}`, tag.lineno);
      default:
        return super.parseStatement();
    }
  }

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

  override parsePrimary(noPostfix?: boolean): Node {
    const node = super.parsePrimary(noPostfix);
    const isParentCall = node.typename === 'FunCall' && /^(parent|super)$/.test(node.name.value);
    if (!isParentCall) return node;
    const calls = this.#parentCalls.at(-1) ?? this.fail('parent() is used outside of a block', node.lineno);
    const call = new ParentBlock(node.lineno, node.colno);
    calls.push(call);
    return call;
  }

  override parseFilter(node: Node): Node {
    let filtered = node;
    while (this.peekToken()?.type === 'pipe') {
      this.nextToken();
      const name = this.parseFilterName();
      if (!this.#known.hasFilter(name.value)) this.fail(`unknown filter "${name.value}"`, name.lineno);
      const called = this.peekToken()?.type === 'left-paren';
      const given: Node[] = called ? this.parseSignature().children : [];
      const args = build('NodeList', name, [filtered, ...given]);
      filtered = build('Filter', name, name, args);
    }
    return filtered;
  }

  override parseFilterStatement(): Node {
    const output = super.parseFilterStatement();
    const filter = output.children[0];
    if (!this.#known.hasFilter(filter.name.value)) this.fail(`unknown filter "${filter.name.value}"`, output.lineno);
    output.escaping = false;
    return output;
  }

  override parseBlock(): Node {
    const calls: Node[] = [];
    this.#parentCalls.push(calls);
    const block = super.parseBlock();
    this.#parentCalls.pop();
    for (const call of calls) call.blockName = block.name.value;
    return block;
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
      case 'range':
      case 'nullish':
      case 'concat':
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

  /** `is odd`, `is not defined`, `is divisible by(3)`, `is same as(x)`; the word `is` has been read. */
  #parseTest(left: Node, token: Token): Node {
    const isNegated = this.skipSymbol('not');
    const nameToken = this.nextToken();
    let name = nameToken?.value ?? '';
    const second = this.peekToken();
    if ((name === 'same' && second?.value === 'as') || (name === 'divisible' && second?.value === 'by')) {
      this.nextToken();
      name = `${name} ${second.value}`;
    }
    if (!this.#known.hasTest(name)) this.fail(`unknown test "${name}"`, token.lineno);
    const args: Node[] = this.peekToken()?.type === 'left-paren' ? this.parseSignature().children : [];
    const test = build('Is', token, left, build('FunCall', token, build('Symbol', token, name), args));
    return isNegated ? build('Not', token, test) : test;
  }

  #parseInclude(tag: Token): Node {
    this.nextToken();
    const template = this.parseExpression();
    const ignoresMissing = this.skipSymbol('ignore') && this.skipSymbol('missing');
    const variables = this.skipSymbol('with') ? this.parseExpression() : build('Literal', tag, null);
    const isOnly = this.skipSymbol('only');
    this.advanceAfterBlockEnd('include');
    const node = build('Include', tag, template, ignoresMissing);
    node.variables = variables;
    node.isOnly = isOnly;
    return node;
  }

  #parseWith(tag: Token): Node {
    this.nextToken();
    const variables = this.parseExpression();
    if (this.skipSymbol('only')) this.fail('{% with … only %} is not supported; use include … with … only', tag.lineno);
    this.advanceAfterBlockEnd('with');
    const body = this.#parseBody('endwith');
    return new With(tag.lineno, tag.colno, variables, body);
  }

  #parseSpaceless(tag: Token): Node {
    this.nextToken();
    this.advanceAfterBlockEnd('spaceless');
    const capture = build('Capture', tag, this.#parseBody('endspaceless'));
    const output = build('Output', tag, [runtimeCall(tag, 'spaceless', [capture])]);
    output.escaping = false;
    return output;
  }

  #parseAutoescape(): Node {
    this.nextToken();
    const strategy = this.nextToken();
    if (strategy?.type === 'block-end') this.pushToken(strategy);
    this.advanceAfterBlockEnd('autoescape');
    const outside = this.#escaping;
    this.#escaping = strategy?.value !== 'false';
    const body = this.#parseBody('endautoescape');
    this.#escaping = outside;
    return body;
  }

  #parseFor(tag: Token): Node {
    const loop = super.parseFor();
    if (loop.arr.typename === 'InlineIf' && loop.arr.else_ === null) {
      this.fail('{% for … in … if … %} is not supported; put {% if %} inside the loop', tag.lineno);
    }
    return loop;
  }

  #parseDo(tag: Token): Node {
    this.nextToken();
    const expression = this.parseExpression();
    this.advanceAfterBlockEnd('do');
    return build('Output', tag, [runtimeCall(tag, 'nothing', [expression])]);
  }

  #parseBody(endTag: string): Node {
    const body = this.parseUntilBlocks(endTag);
    this.advanceAfterBlockEnd();
    return body;
  }

  #errorAt(lineno: number, message: string): Error {
    return templateSyntaxError(message, { template: this.#template, line: lineno + 1 });
  }
}

function build(typename: string, at: { lineno: number; colno: number }, ...fields: unknown[]): Node {
  return new (nodeClass(typename))(at.lineno, at.colno, ...fields);
}

function runtimeCall(at: Token, name: string, args: Node[]): Node {
  return new RuntimeCall(at.lineno, at.colno, name, build('NodeList', at, args));
}
