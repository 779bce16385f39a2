// Longer than other files: nunjucks' compiler calls one method per node on one object, and most are a few lines.
import { CompileFrame, type Frame, type Node, nodeClass } from './nunjucks-parts.js';
import { markPlaces } from './script-places.js';
import { templateSyntaxError } from './template-error.js';
import { TwigExpressionCompiler } from './twig-expression-compiler.js';

/**
 * Turns a syntax tree into the text of a JavaScript function body. That function returns the template's parts:
 * `root` and one function per block, each `(env, context, frame, runtime, isInScript) => string`. Nothing in them waits,
 * so that a page is made in one go; `runtime` is the object of template-runtime.ts. `functionNames` are those of its
 * functions.
 */
export function compileTwig(tree: Node, template: string, functionNames: ReadonlySet<string>): string {
  markPlaces(tree);
  const compiler = new TwigCompiler(template, false);
  compiler.know(functionNames);
  compiler.compile(tree);
  return compiler.getCode();
}

const BlockNode = nodeClass('Block');
const parameters = '(env, context, frame, runtime, isInScript)';

/** Statements whose line is kept while they run, so that an error can name it. */
const statements = new Set(['If', 'For', 'Set', 'Include', 'Extends', 'Import', 'FromImport', 'With', 'Switch']);

/**
 * nunjucks' compiler without its callbacks, and with Twig's meaning of tags where the two differ: loops over objects,
 * scopes, macros, output of `set` and `parent()`.
 */
class TwigCompiler extends TwigExpressionCompiler {
  know(functionNames: ReadonlySet<string>): void {
    this.functionNames = functionNames;
  }

  override compile(node: Node, frame?: Frame): void {
    if (statements.has(node.typename)) this._emitLine(`lineno = ${node.lineno};`);
    super.compile(node, frame);
  }

  override fail(message: string, lineno = 0): never {
    throw templateSyntaxError(message, { template: this.templateName, line: lineno + 1 });
  }

  compileRoot(root: Node): void {
    this._emitLine('"use strict";');
    this._emitFuncBegin(root, 'root');
    this._emitLine('var parentTemplate = null;');
    // Macros first: a file may use its own macros above the place where they stand.
    const isMacro = (child: Node) => child.typename === 'Macro';
    const children: Node[] = root.children;
    const frame = new CompileFrame();
    frame.topLevel = true;
    for (const child of children.filter(isMacro)) this.compile(child, frame);
    for (const child of children.filter((node) => !isMacro(node))) this.compile(child, frame);
    this._emitLine(`if (parentTemplate) return parentTemplate.root${parameters};`);
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
    const blocks = names.map((name) => `[${JSON.stringify(name)}]: b_${name}`);
    this._emitLine(`return { root: root, blocks: { ${blocks.join(', ')} } };`);
  }

  _emitFuncBegin(node: Node, name: string): void {
    this.buffer = 'output';
    this._emitLine(`function ${name}${parameters} {`);
    this.#emitBodyBegin(node);
  }

  _emitFuncEnd(): void {
    this.#emitBodyEnd();
  }

  compileBlock(block: Node): void {
    const name = JSON.stringify(block.name.value);
    const output = `${this.buffer} += runtime.block(env, context, frame, ${this.isInScript(block.place)}, ${name});`;
    this._emitLine(this.inBlock ? output : `if (!parentTemplate) { ${output} }`);
  }

  compileParentBlock(node: Node): void {
    const name = node.blockName;
    this._emit(`runtime.parentBlock(env, context, frame, ${this.isInScript(this.place)}, ${JSON.stringify(name)}, `);
    this._emit(`b_${name})`);
  }

  compileBlockCall(node: Node, frame: Frame): void {
    this._emit(`runtime.raw(runtime.block(env, context, frame, ${this.isInScript(this.place)}, `);
    this.compile(node.name, frame);
    this._emit('))');
  }

  compileExtends(node: Node, frame: Frame): void {
    this._emit('parentTemplate = runtime.extend(env, context, ');
    this.compile(node.template, frame);
    this._emitLine(', parentTemplate);');
  }

  compileInclude(node: Node, frame: Frame): void {
    this._emit(`${this.buffer} += runtime.include(env, context, frame, ${this.isInScript(node.place)}, `);
    this.compileList([node.template, node.variables], frame);
    this._emitLine(`, ${node.isOnly === true}, ${node.ignoreMissing === true});`);
  }

  compileIncludeCall(node: Node, frame: Frame): void {
    this._emit(`runtime.raw(runtime.include(env, context, frame, ${this.isInScript(this.place)}, `);
    this.compileList([node.template, node.variables], frame);
    this._emit(', !');
    this.compileCondition(node.withContext, frame);
    this._emit(', ');
    this.compileCondition(node.ignoreMissing, frame);
    this._emit('))');
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
    this.#bind(node.target.value, frame, () => this.#compileImported(node.template, frame));
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

  /** All values are there before the first name changes: `{% set a, b = b, a %}`. One value is for all names. */
  compileSet(node: Node, frame: Frame): void {
    const values = (node.value.children as Node[]).map((value) => {
      const jsName = this._tmpid();
      this._emit(`var ${jsName} = `);
      this.compile(value, frame);
      this._emitLine(';');
      return jsName;
    });
    for (const [position, target] of (node.targets as Node[]).entries()) {
      const value = values[position] ?? values[0];
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
    this.compileCondition(node.cond, frame);
    this._emitLine(') {');
    this.compile(node.body, frame);
    if (node.else_) {
      this._emitLine('} else {');
      this.compile(node.else_, frame);
    }
    this._emitLine('}');
  }

  compileMacro(node: Node, frame: Frame): void {
    const name: string = node.name.value;
    if (frame.topLevel && !name.startsWith('_')) this._emitLine(`context.addExport(${JSON.stringify(name)});`);
    this.#bind(name, frame, () => this.#macro(name, node.args.children, node));
  }

  /** The body of `{% call %}`: a macro without a name, which sees the variables around it. */
  compileCaller(node: Node): void {
    const pairs = (node.args.children as Node[]).flatMap((argument) =>
      argument.typename === 'KeywordArgs' ? argument.children : [{ ...argument, key: argument, value: null }],
    );
    this.#macro('caller', pairs, node, 'frame');
  }

  compileCapture(node: Node, frame: Frame): void {
    const [buffer, inBlock] = [this.buffer, this.inBlock];
    this.buffer = 'output';
    // A block in here is printed also by a page that extends another: what is captured is not the page's own text.
    this.inBlock = true;
    this._emitLine('(function() { var output = "";');
    this.compile(node.body, frame);
    this._emitLine(`return runtime.safe(output, ${safeIn(node)}); })()`);
    this.buffer = buffer;
    this.inBlock = inBlock;
  }

  compileOutput(node: Node, frame: Frame): void {
    for (const child of node.children as Node[]) {
      if (child.typename === 'TemplateData') {
        if (child.value !== '') this._emitLine(`${this.buffer} += ${JSON.stringify(child.value)};`);
        continue;
      }
      const outer = this.place;
      this.place = node.place ?? 'html';
      this._emit(`lineno = ${node.lineno}; ${this.buffer} += `);
      if (node.escaping === false) this._emit('runtime.print(');
      else if ((node.escaping ?? 'html') === 'html') this._emit('runtime.printEscaped(');
      else this._emit(`runtime.printFor(${JSON.stringify(node.escaping)}, `);
      this.compile(child, frame);
      const place = this.isInScript(this.place);
      this._emitLine(node.escaping === 'html' && place !== 'false' ? `, ${place});` : ');');
      this.place = outer;
    }
  }

  /** Each function keeps its own line, since macros run in the middle of another file. */
  #emitBodyBegin(node: Node): void {
    this._emitLine(`var lineno = ${node.lineno}; var output = ""; try {`);
  }

  #emitBodyEnd(): void {
    this._emitLine('return output;');
    this._emitLine(`} catch (error) { throw runtime.located(error, ${JSON.stringify(this.templateName)}, lineno); } }`);
  }

  /** `pairs` are parameters with their defaults; `outer` is the scope that the body sees, if it sees any. */
  #macro(name: string, pairs: readonly Node[], node: Node, outer?: string): void {
    const [buffer, inBlock, place] = [this.buffer, this.inBlock, this.place];
    const names: string[] = pairs.map((pair) => pair.key.value);
    const frame = new CompileFrame();
    this.buffer = 'output';
    this.inBlock = true;
    this.place = 'html';
    this._emitLine(`runtime.makeMacro(${JSON.stringify(name)}, ${JSON.stringify(names)}, ${safeIn(node)}, `);
    this._emitLine('function(frame, isInScript, args) {');
    this.#emitBodyBegin(node);
    for (const [position, pair] of pairs.entries()) {
      const jsName = this._tmpid();
      this._emitLine(`var ${jsName} = args[${position}];`);
      if (pair.value) {
        this._emit(`if (${jsName} === undefined) ${jsName} = `);
        this.compile(pair.value, frame);
        this._emitLine(';');
      }
      frame.set(pair.key.value, jsName);
      this._emitLine(`frame.set(${JSON.stringify(pair.key.value)}, ${jsName});`);
    }
    this.compile(node.body, frame);
    this.#emitBodyEnd();
    this._emit(outer === undefined ? ')' : `, ${outer})`);
    this.buffer = buffer;
    this.inBlock = inBlock;
    this.place = place;
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

  /** Makes a name known where it stands: to the whole file, or inside of the loop, block or macro. */
  #bind(name: string, frame: Frame, emitValue: () => void): void {
    const jsName = this._tmpid();
    this._emit(`var ${jsName} = `);
    emitValue();
    this._emitLine(';');
    if (frame.topLevel) this._emitLine(`context.setVariable(${JSON.stringify(name)}, ${jsName});`);
    else this._emitLine(`frame.set(${JSON.stringify(name)}, ${jsName});`);
  }
}

/** JavaScript for where the text that a capture or a macro makes may be printed as it is. */
function safeIn(node: Node): string {
  return JSON.stringify(node.escaping === false ? 'all' : (node.escaping ?? 'html'));
}
