// Longer than other files: nunjucks' parser calls methods of one object, so all tags are in one class.
import { isEscapingStrategy, strategyNames } from './escape-strategies.js';
import { type Node, type Token, With } from './nunjucks-parts.js';
import type { EscapingStrategy } from './safe-text.js';
import { templateSyntaxError } from './template-error.js';
import { build, type KnownNames, runtimeCall, TwigExpressionParser } from './twig-expression-parser.js';
import { TwigLexer } from './twig-lexer.js';

/** Reads a template into nunjucks' syntax tree. Throws T4_TEMPLATE_SYNTAX with the template's name and the line. */
export function parseTwig(source: string, template: string, known: KnownNames): Node {
  return new TwigParser(source, template, known).parseAsRoot();
}

/** The tags that nunjucks does not have or reads differently. */
class TwigParser extends TwigExpressionParser {
  readonly #template: string;
  /** The tags we are inside of, innermost last: the one to name when the file ends too early. */
  readonly #openTags: Token[] = [];
  /** What `{% autoescape %}` says about the text we are in. */
  #escaping: EscapingStrategy | false = 'html';
  /** How many blocks and macros we are inside of. */
  #depth = 0;

  constructor(source: string, template: string, known: KnownNames) {
    super(new TwigLexer(source, template));
    this.#template = template;
    this.known = known;
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
    this.#markEscaping(root);
    const left = this.nextToken();
    if (left !== null) this.fail(`"${left.value}" is not expected here`, left.lineno);
    return root;
  }

  /** The body of a tag. */
  override parse(): Node {
    return this.#markEscaping(super.parse());
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
        return this.#parseAutoescape(tag);
      case 'do':
        return this.#parseDo(tag);
      case 'for':
        return this.#parseFor(tag);
      case 'set':
        return this.#parseSet(tag);
      case 'macro':
        return this.#parseMacro(tag);
      case 'block':
        return this.#parseBlock(tag);
      case 'filter':
      case 'apply':
        return this.#parseFilterTag(tag);
      case 'import':
      case 'from':
        return this.#parseImport(tag);
      case 'extends':
        if (this.#depth > 0) this.fail('{% extends %} stands inside of a block or macro', tag.lineno);
        return super.parseStatement();
      case 'ifAsync':
      case 'asyncEach':
      case 'asyncAll':
        return this.fail(`unknown block tag: ${tag.value}`, tag.lineno);
      default:
        return super.parseStatement();
    }
  }

  #parseBlock(tag: Token): Node {
    this.nextToken();
    const name = this.#name('the name of the block');
    const calls: Node[] = [];
    this.parentCalls.push(calls);
    const isShort = this.peekToken()?.type !== 'block-end';
    let body: Node;
    if (isShort) {
      const output = build('Output', tag, [this.parseExpression()]);
      body = this.#markEscaping(build('NodeList', tag, [output]));
      this.advanceAfterBlockEnd('block');
    } else {
      this.advanceAfterBlockEnd('block');
      body = this.#parseInside('endblock', name);
    }
    this.parentCalls.pop();
    for (const call of calls) call.blockName = name.value;
    return build('Block', tag, name, body);
  }

  /** `{% macro name(a, b = 1) %}`: the parameters are pairs of a name and its default, or null. */
  #parseMacro(tag: Token): Node {
    this.nextToken();
    const name = this.#name('the name of the macro');
    if (!this.skip('left-paren')) this.fail('"(" is expected behind the name of the macro', tag.lineno);
    const parameters = this.parseItems('right-paren', () => {
      const parameter = this.#name('the name of a parameter');
      const fallback = this.skipValue('operator', '=') ? this.parseExpression() : null;
      return build('Pair', parameter, parameter, fallback);
    });
    this.advanceAfterBlockEnd('macro');
    const body = this.#parseInside('endmacro', name);
    const macro = build('Macro', tag, name, build('NodeList', tag, parameters), body);
    macro.escaping = this.#escaping;
    return macro;
  }

  #parseSet(tag: Token): Node {
    this.nextToken();
    const targets = [this.#name('the name of a variable')];
    while (this.skip('comma')) targets.push(this.#name('the name of a variable'));
    if (!this.skipValue('operator', '=')) {
      this.advanceAfterBlockEnd('set');
      const capture = this.#capture(tag, this.#parseBody('endset'));
      return build('Set', tag, targets, build('NodeList', tag, [capture]));
    }
    const values = [this.parseExpression()];
    while (this.skip('comma')) values.push(this.parseExpression());
    if (values.length > 1 && values.length !== targets.length) {
      this.fail(`{% set %} has ${targets.length} names for ${values.length} values`, tag.lineno);
    }
    this.advanceAfterBlockEnd('set');
    return build('Set', tag, targets, build('NodeList', tag, values));
  }

  #parseInclude(tag: Token): Node {
    this.nextToken();
    const template = this.parseExpression();
    const ignoresMissing = this.skipSymbol('ignore') && this.#word('missing');
    const variables = this.skipSymbol('with') ? this.parseExpression() : build('Literal', tag, null);
    const isOnly = this.skipSymbol('only');
    this.advanceAfterBlockEnd('include');
    const node = build('Include', tag, template, ignoresMissing);
    node.variables = variables;
    node.isOnly = isOnly;
    return node;
  }

  #parseImport(tag: Token): Node {
    const node = super.parseStatement() as Node;
    if (node.withContext !== null)
      this.fail(`{% ${tag.value} %} knows neither "with" nor "without context"`, tag.lineno);
    const names: Node[] = node.typename === 'Import' ? [node.target] : node.names.children.flatMap(namesOf);
    for (const name of names) {
      if (name.typename !== 'Symbol') this.fail('the name of a macro is expected', name.lineno);
    }
    return node;
  }

  #parseWith(tag: Token): Node {
    this.nextToken();
    const isEmpty = this.peekToken()?.type === 'block-end';
    const variables = isEmpty ? build('Literal', tag, null) : this.parseExpression();
    if (this.skipSymbol('only')) this.fail('{% with … only %} is not supported; use include … with … only', tag.lineno);
    this.advanceAfterBlockEnd('with');
    return new With(tag.lineno, tag.colno, variables, this.#parseBody('endwith'));
  }

  #parseSpaceless(tag: Token): Node {
    this.nextToken();
    this.advanceAfterBlockEnd('spaceless');
    const capture = this.#capture(tag, this.#parseBody('endspaceless'));
    return this.#printed(tag, this.filterOn(capture, { name: build('Symbol', tag, 'spaceless'), args: [] }));
  }

  /** `{% filter upper %}`, or as Twig has it today `{% apply upper | trim %}`. */
  #parseFilterTag(tag: Token): Node {
    this.nextToken();
    const calls = [this.filterCall()];
    while (this.skip('pipe')) calls.push(this.filterCall());
    this.advanceAfterBlockEnd(tag.value);
    const capture = this.#capture(tag, this.#parseBody(`end${tag.value}`));
    return this.#printed(
      tag,
      calls.reduce((node, call) => this.filterOn(node, call), capture),
    );
  }

  #parseAutoescape(tag: Token): Node {
    this.nextToken();
    const token = this.nextToken();
    const isBare = token?.type === 'block-end';
    if (isBare) this.pushToken(token);
    const strategy = isBare || (token?.type === 'boolean' && token.value === 'true') ? 'html' : token?.value;
    const isOff = token?.type === 'boolean' && token.value === 'false';
    if (!isOff && !(isEscapingStrategy(strategy) && (isBare || token?.type !== 'symbol'))) {
      this.fail(`autoescape takes true, false or one of ${strategyNames}, not ${token?.value}`, tag.lineno);
    }
    this.advanceAfterBlockEnd('autoescape');
    const outside = this.#escaping;
    this.#escaping = isOff ? false : (strategy as EscapingStrategy);
    const body = this.#parseBody('endautoescape');
    this.#escaping = outside;
    return body;
  }

  #parseFor(tag: Token): Node {
    const loop = this.parseFor();
    if (loop.arr.typename === 'InlineIf' && loop.arr.else_ === null) {
      this.fail('{% for … in … if … %} is not supported; put {% if %} inside the loop', tag.lineno);
    }
    const names: Node[] = loop.name.typename === 'Array' ? loop.name.children : [loop.name];
    if (names.length > 2 || names.some((name) => name.typename !== 'Symbol')) {
      this.fail('a loop takes the name of the value, or those of key and value', tag.lineno);
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

  /** The body of a block or a macro, whose name may stand in the tag that ends it. */
  #parseInside(endTag: string, name: Node): Node {
    this.#depth += 1;
    const body = this.parseUntilBlocks(endTag);
    this.#depth -= 1;
    if (this.nextToken() === null) this.fail('unexpected end of file');
    const repeated = this.peekToken();
    if (repeated?.type === 'symbol' && !this.skipSymbol(name.value)) {
      this.fail(`{% ${endTag} ${repeated.value} %} stands where "${name.value}" ends`, repeated.lineno);
    }
    this.advanceAfterBlockEnd(endTag);
    return body;
  }

  #capture(tag: Token, body: Node): Node {
    const capture = build('Capture', tag, body);
    capture.escaping = this.#escaping;
    return capture;
  }

  /** Output of what was escaped while it was captured. */
  #printed(tag: Token, node: Node): Node {
    const output = build('Output', tag, [node]);
    output.escaping = false;
    return output;
  }

  #markEscaping(body: Node): Node {
    for (const node of body.children) {
      if (node.typename === 'Output') node.escaping ??= this.#escaping;
    }
    return body;
  }

  #name(what: string): Node {
    const token = this.nextToken();
    if (token?.type !== 'symbol') this.fail(`${what} is expected, not "${token?.value}"`, token?.lineno);
    return build('Symbol', token, token.value);
  }

  #word(word: string): true {
    if (!this.skipSymbol(word)) this.fail(`"${word}" is expected here`);
    return true;
  }

  #errorAt(lineno: number, message: string): Error {
    return templateSyntaxError(message, { template: this.#template, line: lineno + 1 });
  }
}

/** A name of `{% from %}`, or the two of `name as other`. */
function namesOf(name: Node): Node[] {
  return name.typename === 'Pair' ? [name.key, name.value] : [name];
}
