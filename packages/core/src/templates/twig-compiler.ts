// Longer than other files: nunjucks' compiler calls one method per node on one object, and most are a few lines.
import { CompileFrame, Compiler, type Frame, type Node, nodeClass } from './nunjucks-parts.js';
import { templateSyntaxError } from './template-error.js';

/**
 * Turns a syntax tree into the text of a JavaScript function body. That function returns the template's parts:
 * `root` and one `b_NAME` per block, each `(env, context, frame, runtime) => string`. Nothing in them waits, so that
 * a page is made in one go; `runtime` is the object of template-runtime.ts.
 */
export function compileTwig(tree: Node, template: string): string {
  const compiler = new TwigCompiler(template, false);
  compiler.compile(tree);
  return compiler.getCode();
}

const BlockNode = nodeClass('Block');

/** Statements whose line is kept while they run, so that an error can name it. */
const statements = new Set(['If', 'For', 'Set', 'Include', 'Extends', 'Import', 'FromImport', 'With']);

/**
 * nunjucks' compiler without its callbacks, and with Twig's meaning where the two differ: what counts as true, loops
 * over objects, scopes, safe member access, output of `set` and `parent()`.
 */
class TwigCompiler extends Compiler {
  override compile(node: Node, frame?: Frame): void {
    if (statements.has(node.typename)) this._emitLine(`lineno = ${node.lineno};`);
    super.compile(node, frame);
  }

  override fail(message: string, lineno = 0): never {
    throw templateSyntaxError(message, { template: this.templateName, line: lineno + 1 });
  }

  /** nunjucks checks here for its own node types, which would refuse ours. */
  _compileExpression(node: Node, frame: Frame): void {
    this.compile(node, frame);
  }

  compileRoot(root: Node): void {
    this._emitFuncBegin(root, 'root');
    this._emitLine('var parentTemplate = null;');
    // Macros first: a file may use its own macros above the place where they stand.
    const isMacro = (child: Node) => child.typename === 'Macro';
    const children: Node[] = root.children;
    const frame = new CompileFrame();
    for (const child of children.filter(isMacro)) this.compile(child, frame);
    for (const child of children.filter((node) => !isMacro(node))) this.compile(child, frame);
    this._emitLine('if (parentTemplate) return parentTemplate.root(env, context, frame, runtime);');
    this._emitFuncEnd();
    this.inBlock = true;
    const names: string[] = [];
    for (const block of root.findAll(BlockNode) as Node[]) {
      const name: string = block.name.value;
      if (names.includes(name)) this.fail(`block "${name}" is defined twice`, block.lineno);
      names.push(name);
      this._emitFuncBegin(block, `b_${name}`);
      this._emitLine('frame = frame.push(true);');
      this.compile(block.body, new CompileFrame());
      this._emitFuncEnd();
    }
    this._emitLine(`return { root: root, blocks: { ${names.map((name) => `${name}: b_${name}`).join(', ')} } };`);
  }

  _emitFuncBegin(node: Node, name: string): void {
    this.buffer = 'output';
    this._emitLine(`function ${name}(env, context, frame, runtime) {`);
    this._emitLine(`var lineno = ${node.lineno}; var colno; var output = ""; try {`);
  }

  _emitFuncEnd(): void {
    this._emitLine('return output;');
    this._emitLine(`} catch (error) { throw runtime.located(error, ${JSON.stringify(this.templateName)}, lineno); }`);
    this._emitLine('}');
  }

  compileBlock(block: Node): void {
    const name = JSON.stringify(block.name.value);
    const output = `${this.buffer} += context.getBlock(${name})(env, context, frame, runtime);`;
    this._emitLine(this.inBlock ? output : `if (!parentTemplate) { ${output} }`);
  }

  compileParentBlock(node: Node): void {
    const name = node.blockName;
    this._emit(`runtime.parentBlock(env, context, frame, ${JSON.stringify(name)}, b_${name})`);
  }

  compileExtends(node: Node, frame: Frame): void {
    this._emit('parentTemplate = runtime.extend(env, context, ');
    this.compile(node.template, frame);
    this._emitLine(', parentTemplate);');
  }

  compileInclude(node: Node, frame: Frame): void {
    this._emit(`${this.buffer} += runtime.include(env, context, frame, `);
    this.compile(node.template, frame);
    this._emit(', ');
    this.compile(node.variables, frame);
    this._emitLine(`, ${node.isOnly === true}, ${node.ignoreMissing === true});`);
  }

  compileWith(node: Node, frame: Frame): void {
    this._emit('frame = runtime.scopeWith(frame, ');
    this.compile(node.variables, frame);
    this._emitLine(');');
    // Which names the scope hides is known when it runs: inside, every name is looked up then.
    this.compile(node.body, new CompileFrame());
    this._emitLine('frame = frame.pop();');
  }

  compileImport(node: Node, frame: Frame): void {
    this.#bind(node.target.value, frame, () => {
      this.#compileImported(node.template, frame);
    });
  }

  compileFromImport(node: Node, frame: Frame): void {
    const macros = this._tmpid();
    this._emit(`var ${macros} = `);
    this.#compileImported(node.template, frame);
    this._emitLine(';');
    for (const child of node.names.children as Node[]) {
      const isRenamed = child.typename === 'Pair';
      const name: string = isRenamed ? child.key.value : child.value;
      const alias: string = isRenamed ? child.value.value : child.value;
      this.#bind(alias, frame, () => this._emit(`runtime.importOne(${macros}, ${JSON.stringify(name)})`));
    }
  }

  compileSet(node: Node, frame: Frame): void {
    const value = this._tmpid();
    this._emit(`var ${value} = `);
    this.compile(node.value ?? node.body, frame);
    this._emitLine(';');
    for (const target of node.targets as Node[]) {
      // A loop variable lives in a JavaScript variable too. Other names are looked up when they are used: a set
      // inside an if that did not run must not hide the page's own data.
      const jsName = frame.lookup(target.value);
      if (jsName) this._emitLine(`${jsName} = ${value};`);
      this._emitLine(`runtime.assign(context, frame, ${JSON.stringify(target.value)}, ${value});`);
    }
  }

  compileFor(node: Node, outer: Frame): void {
    const [index, list, keys, loop] = [this._tmpid(), this._tmpid(), this._tmpid(), this._tmpid()];
    const names: string[] =
      node.name.typename === 'Array' ? node.name.children.map((n: Node) => n.value) : [node.name.value];
    const [valueName = '', keyName] = names.toReversed();
    const frame = outer.push();
    this._emitLine('frame = frame.push();');
    this._emit(`var ${keys} = `);
    this.compile(node.arr, outer);
    this._emit(`, ${list} = runtime.listOf(${keys}), ${loop} = runtime.loopOf(frame, ${list}.length);\n`);
    if (keyName !== undefined) this._emitLine(`${keys} = runtime.keysOf(${keys});`);
    frame.set('loop', loop);
    this._emitLine(`frame.set("loop", ${loop});`);
    this._emitLine(`for (var ${index} = 0; ${index} < ${list}.length; ${index}++) {`);
    this._emitLine(`${loop}.index0 = ${index};`);
    this.#loopVariable(frame, valueName, `${list}[${index}]`);
    if (keyName !== undefined) this.#loopVariable(frame, keyName, `${keys}[${index}]`);
    this.compile(node.body, frame);
    this._emitLine('}');
    this._emitLine('frame = frame.pop();');
    if (node.else_) {
      this._emitLine(`if (${list}.length === 0) {`);
      this.compile(node.else_, outer);
      this._emitLine('}');
    }
  }

  compileIf(node: Node, frame: Frame): void {
    this._emit('if (');
    this.#compileCondition(node.cond, frame);
    this._emitLine(') {');
    this.compile(node.body, frame);
    if (node.else_) {
      this._emitLine('} else {');
      this.compile(node.else_, frame);
    }
    this._emitLine('}');
  }

  compileInlineIf(node: Node, frame: Frame): void {
    this._emit('(');
    this.#compileCondition(node.cond, frame);
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
    this.#compileCondition(node.target, frame);
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
    this.#compileList([node.left, ...node.right.args], frame);
    this._emit(') === true)');
  }

  compileFilter(node: Node, frame: Frame): void {
    this._emit(`runtime.filters[${JSON.stringify(node.name.value)}](`);
    this.#compileList(node.args.children, frame);
    this._emit(')');
  }

  compileRuntimeCall(node: Node, frame: Frame): void {
    this._emit(`runtime.${node.name}(`);
    this.#compileList(node.args.children, frame);
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
      this._emit('runtime.call(');
      this.compile(callee, frame);
      this._emit(`, ${JSON.stringify(callee.typename === 'Symbol' ? callee.value : 'the expression')}`);
    }
    this._emit(', [');
    this.#compileList(node.args.children ?? node.args, frame);
    this._emit('])');
  }

  /** A literal's key is computed, since a plain `"__proto__": x` would set the object's prototype. */
  compilePair(pair: Node, frame: Frame): void {
    const isName = pair.key.typename === 'Symbol';
    this._emit('[');
    if (isName) this._emit(JSON.stringify(pair.key.value));
    else this.compile(pair.key, frame);
    this._emit(']: ');
    this.compile(pair.value, frame);
  }

  compileCapture(node: Node, frame: Frame): void {
    const buffer = this.buffer;
    this.buffer = 'output';
    this._emitLine('(function() { var output = "";');
    this.compile(node.body, frame);
    this._emitLine('return runtime.safe(output); })()');
    this.buffer = buffer;
  }

  compileOutput(node: Node, frame: Frame): void {
    for (const child of node.children as Node[]) {
      if (child.typename === 'TemplateData') {
        if (child.value !== '') this._emitLine(`${this.buffer} += ${JSON.stringify(child.value)};`);
        continue;
      }
      const print = node.escaping === false ? 'print' : 'printEscaped';
      this._emit(`lineno = ${node.lineno}; ${this.buffer} += runtime.${print}(`);
      this.compile(child, frame);
      this._emitLine(');');
    }
  }

  /** The test of an if: no value is needed, so `and` and `or` become JavaScript's own. */
  #compileCondition(node: Node, frame: Frame): void {
    if (node.typename === 'And' || node.typename === 'Or') {
      this._emit('(');
      this.#compileCondition(node.left, frame);
      this._emit(node.typename === 'And' ? ' && ' : ' || ');
      this.#compileCondition(node.right, frame);
      this._emit(')');
    } else if (['Not', 'Compare', 'Is'].includes(node.typename)) {
      this.compile(node, frame);
    } else {
      this._emit('runtime.isTrue(');
      this.compile(node, frame);
      this._emit(')');
    }
  }

  #compileChoice(name: string, node: Node, frame: Frame): void {
    this._emit(`runtime.${name}(`);
    this.compile(node.left, frame);
    this._emit(', function() { return ');
    this.compile(node.right, frame);
    this._emit('; })');
  }

  #compileList(items: Node[], frame: Frame): void {
    items.forEach((item, position) => {
      if (position > 0) this._emit(', ');
      this.compile(item, frame);
    });
  }

  /** `_self` stands for the macros of the file itself. */
  #compileImported(template: Node, frame: Frame): void {
    if (template.typename === 'Symbol' && template.value === '_self') {
      this._emit('context.macros');
      return;
    }
    this._emit('runtime.importAll(env, context, ');
    this.compile(template, frame);
    this._emit(')');
  }

  #loopVariable(frame: Frame, name: string, value: string): void {
    const jsName = this._tmpid();
    frame.set(name, jsName);
    this._emitLine(`var ${jsName} = ${value}; frame.set(${JSON.stringify(name)}, ${jsName});`);
  }

  #bind(name: string, frame: Frame, emitValue: () => void): void {
    const jsName = this._tmpid();
    this._emit(`var ${jsName} = `);
    emitValue();
    this._emitLine(';');
    if (frame.parent) this._emitLine(`frame.set(${JSON.stringify(name)}, ${jsName});`);
    else this._emitLine(`context.setVariable(${JSON.stringify(name)}, ${jsName});`);
  }
}
