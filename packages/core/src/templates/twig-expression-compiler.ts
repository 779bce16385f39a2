// Longer than other files: nunjucks' compiler calls one method per node on one object, and most are a few lines.
import { Compiler, type Frame, type Node } from './nunjucks-parts.js';
import type { Place } from './script-places.js';

/**
 * nunjucks' compiler with Twig's meaning of expressions: what counts as true, safe member access, calls that know the
 * place they stand in. A class between nunjucks' and that of the tags, since the methods of all three call each
 * other on one object.
 */
export class TwigExpressionCompiler extends Compiler {
  /** Names that are functions where nothing else has them. */
  protected functionNames: ReadonlySet<string> = new Set();
  /** The place of the output that is being compiled: what it calls prints there. */
  protected place: Place = 'html';

  /** nunjucks checks here for its own node types, which would refuse ours. */
  _compileExpression(node: Node, frame: Frame): void {
    this.compile(node, frame);
  }

  compileSymbol(node: Node, frame: Frame): void {
    const name: string = node.value;
    if (name === '_self') this._emit('context.macros');
    else this._emit(frame.lookup(name) || `runtime.contextOrFrameLookup(context, frame, ${JSON.stringify(name)})`);
  }

  compileInlineIf(node: Node, frame: Frame): void {
    this._emit('(');
    this.compileCondition(node.cond, frame);
    this._emit(' ? ');
    this.compile(node.body, frame);
    this._emit(' : ');
    if (node.else_) this.compile(node.else_, frame);
    else this._emit('""');
    this._emit(')');
  }

  compileOr(node: Node, frame: Frame): void {
    this.#compileChoice('or', node, frame);
  }

  compileAnd(node: Node, frame: Frame): void {
    this.#compileChoice('and', node, frame);
  }

  compileNot(node: Node, frame: Frame): void {
    this._emit('!');
    this.compileCondition(node.target, frame);
  }

  /** Parentheses keep the tree's shape: nunjucks prints operands bare and lets JavaScript's precedence decide. */
  _binOpEmitter(node: Node, frame: Frame, operator: string): void {
    this._emit('(');
    this.compile(node.left, frame);
    this._emit(operator);
    this.compile(node.right, frame);
    this._emit(')');
  }

  compileNeg(node: Node, frame: Frame): void {
    this._emit('(- ');
    this.compile(node.target, frame);
    this._emit(')');
  }

  compileCompare(node: Node, frame: Frame): void {
    this._emit('(');
    this.compile(node.expr, frame);
    for (const operand of node.ops as Node[]) {
      this._emit(` ${operand.type} `);
      this.compile(operand.expr, frame);
    }
    this._emit(')');
  }

  compileIs(node: Node, frame: Frame): void {
    this._emit(`(runtime.tests[${JSON.stringify(node.right.name.value)}](`);
    this.compileList([node.left, ...node.right.args], frame);
    this._emit(') === true)');
  }

  compileFilter(node: Node, frame: Frame): void {
    this._emit(`runtime.filters[${JSON.stringify(node.name.value)}](`);
    this.compileList(node.args.children, frame);
    this._emit(')');
  }

  compileRuntimeCall(node: Node, frame: Frame): void {
    this._emit(`runtime.${node.name}(`);
    this.compileList(node.args.children, frame);
    this._emit(')');
  }

  compileFunCall(node: Node, frame: Frame): void {
    const callee: Node = node.name;
    if (callee.typename === 'LookupVal') {
      this._emit('runtime.callMember(');
      this.compile(callee.target, frame);
      this._emit(', ');
      this.compile(callee.val, frame);
    } else {
      const name: string | undefined = callee.typename === 'Symbol' ? callee.value : undefined;
      this._emit('runtime.call(');
      this.compile(callee, frame);
      if (name !== undefined && this.functionNames.has(name)) this._emit(` ?? runtime.functions.${name}`);
      this._emit(`, ${JSON.stringify(name ?? 'the expression')}`);
    }
    this._emit(', [');
    this.compileList(node.args.children, frame);
    this._emit(`], ${this.isInScript(this.place)})`);
  }

  compileKeywordArgs(node: Node, frame: Frame): void {
    this._emit('runtime.namedArguments({ ');
    this.compileList(node.children, frame);
    this._emit(' })');
  }

  /** A literal's key is computed, since a plain `"__proto__": x` would set the object's prototype. */
  compilePair(pair: Node, frame: Frame): void {
    this._emit('[');
    if (pair.key.typename === 'Symbol') this._emit(JSON.stringify(pair.key.value));
    else this.compile(pair.key, frame);
    this._emit(']: ');
    this.compile(pair.value, frame);
  }

  /** The test of an if: no value is needed, so `and` and `or` become JavaScript's own. */
  protected compileCondition(node: Node, frame: Frame): void {
    if (node.typename === 'And' || node.typename === 'Or') {
      this._emit('(');
      this.compileCondition(node.left, frame);
      this._emit(node.typename === 'And' ? ' && ' : ' || ');
      this.compileCondition(node.right, frame);
      this._emit(')');
    } else if (['Not', 'Compare', 'Is'].includes(node.typename)) {
      this.compile(node, frame);
    } else {
      this._emit('runtime.isTrue(');
      this.compile(node, frame);
      this._emit(')');
    }
  }

  protected compileList(items: Node[], frame: Frame): void {
    items.forEach((item, position) => {
      if (position > 0) this._emit(', ');
      this.compile(item, frame);
    });
  }

  /** JavaScript that tells whether a place is inside of a script element. */
  protected isInScript(place: Place): string {
    return place === 'start' ? 'isInScript' : String(place === 'script');
  }

  #compileChoice(name: string, node: Node, frame: Frame): void {
    this._emit(`runtime.${name}(`);
    this.compile(node.left, frame);
    this._emit(', function() { return ');
    this.compile(node.right, frame);
    this._emit('; })');
  }
}
