import { Tina4Error } from '@tina4/core';

/**
 * Named imports of the app's files, looked for in what the imported module exports. The transformer turns an import into
 * property reads, so that a mistyped name would be `undefined` without a word, and an access check of that name no check.
 */

/** What a file imports from one module, as the statement in its code hands it over: the names with their lines. */
export type ImportedNames = readonly [source: string, module: unknown, names: Readonly<Record<string, number>>];

/** A name that its module does not export. */
export interface MissingImport {
  readonly file: string;
  readonly line: number;
  readonly source: string;
  readonly name: string;
  /** What was imported, to look once more when all is loaded. */
  readonly module: unknown;
}

/** The names that their modules do not export, as things stand. */
export function missingImports(file: string, imports: readonly ImportedNames[]): MissingImport[] {
  return imports.flatMap(([source, module, names]) =>
    Object.entries(names)
      .map(([name, line]) => ({ file, line, source, name, module }))
      .filter(isMissing),
  );
}

/** Looked up both ways: modules of other formats are shown through a proxy that answers reads only. */
export function isMissing({ module, name }: Pick<MissingImport, 'module' | 'name'>): boolean {
  const exported = Object(module) as Record<string, unknown>;
  return !(name in exported) && exported[name] === undefined;
}

export function missingImportError({ file, line, source, name, module }: MissingImport): Tina4Error {
  const names = Object.keys(Object(module) as object).filter((key) => key !== 'default' && key !== '__esModule');
  const offered = names.length === 0 ? 'It exports no names.' : `It exports ${names.slice(0, 20).join(', ')}.`;
  const what =
    name === 'default'
      ? `the default export of "${source}", which has none`
      : `"${name}" from "${source}", which does not export it`;
  return new Tina4Error('T4_IMPORT_MISSING', `${file}:${line} imports ${what}. ${offered}`);
}

/**
 * A Babel plugin that puts one statement behind a file's imports: `require(checkModule).checkImports(__filename, […])`. It runs when
 * types, and imports that are used as types only, are gone. Namespaces and re-exports are left alone, and so is a name that the
 * file itself asks `typeof` about.
 */
export function importCheckPlugin(checkModule: string): (babel: { readonly types: BabelTypes }) => object {
  return ({ types }) => {
    const imported = new WeakMap<object, ReadonlyMap<string, ReadonlyMap<string, number>>>();
    return {
      name: 'tina4-import-check',
      visitor: {
        Program: {
          enter({ node }: ProgramPath): void {
            imported.set(node, namesBySource(node.body));
          },
          exit(path: ProgramPath): void {
            const names = imported.get(path.node) ?? new Map();
            const { body } = path.node;
            const variables = importVariables(body, names);
            const last = variables.at(-1);
            if (last === undefined) return;
            const asked = askedByTypeof(path);
            const entries = variables.map(({ source, variable }) => {
              const wanted = [...(names.get(source) ?? [])].filter(([name]) => !asked.has(`${variable}.${name}`));
              return types.arrayExpression([
                types.stringLiteral(source),
                types.identifier(variable),
                types.objectExpression(
                  wanted.map(([name, line]) =>
                    types.objectProperty(types.stringLiteral(name), types.numericLiteral(line)),
                  ),
                ),
              ]);
            });
            const check = types.memberExpression(
              types.callExpression(types.identifier('require'), [types.stringLiteral(checkModule)]),
              types.identifier('checkImports'),
            );
            const call = types.callExpression(check, [types.identifier('__filename'), types.arrayExpression(entries)]);
            body.splice(last.index + 1, 0, types.expressionStatement(call));
          },
        },
      },
    };
  };
}

/** The names that a file imports, with their lines, by the module that they come from. */
function namesBySource(body: readonly SyntaxNode[]): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const found = new Map<string, Map<string, number>>();
  for (const { type, source, specifiers = [] } of body) {
    if (type !== 'ImportDeclaration' || source === undefined) continue;
    const names = found.get(source.value) ?? new Map<string, number>();
    for (const specifier of specifiers) {
      if (specifier.type === 'ImportNamespaceSpecifier') continue;
      const { imported } = specifier;
      const name = specifier.type === 'ImportDefaultSpecifier' ? 'default' : (imported?.name ?? imported?.value);
      if (name !== undefined && !names.has(name)) names.set(name, specifier.loc?.start.line ?? 0);
    }
    if (names.size > 0) found.set(source.value, names);
  }
  return found;
}

interface ImportVariable {
  readonly source: string;
  readonly variable: string;
  readonly index: number;
}

/** Where the transformer keeps the modules: `var _auth = await jitiImport("./auth")`, perhaps inside a call for old modules. */
function importVariables(body: readonly SyntaxNode[], names: ReadonlyMap<string, unknown>): ImportVariable[] {
  return body.flatMap(({ type, declarations = [] }, index) => {
    const [declaration] = declarations;
    if (type !== 'VariableDeclaration' || declaration?.id.name === undefined) return [];
    const source = importedBy(declaration.init);
    return source === undefined || !names.has(source) ? [] : [{ source, variable: declaration.id.name, index }];
  });
}

function importedBy(init: SyntaxNode | null | undefined): string | undefined {
  if (init?.type === 'AwaitExpression') return importedBy(init.argument);
  if (init?.type !== 'CallExpression') return undefined;
  const [argument] = init.arguments ?? [];
  const { name = '' } = init.callee ?? {};
  if (name === 'jitiImport' || name === 'require')
    return typeof argument?.value === 'string' ? argument.value : undefined;
  return name.startsWith('_interopRequire') ? importedBy(argument) : undefined;
}

/** What the file asks `typeof` about, as `variable.name`. Metadata of decorators asks so about types that may be none at run time. */
function askedByTypeof(path: ProgramPath): ReadonlySet<string> {
  const asked = new Set<string>();
  path.traverse({
    UnaryExpression({ node }) {
      const { object, property } = node.argument ?? {};
      if (node.operator === 'typeof' && object?.name !== undefined) asked.add(`${object.name}.${property?.name}`);
    },
  });
  return asked;
}

/** The little that is needed of Babel's syntax tree; the transformer brings Babel without its types. */
interface SyntaxNode {
  readonly type: string;
  readonly name?: string;
  readonly value?: string;
  readonly operator?: string;
  readonly source?: { readonly value: string };
  readonly specifiers?: readonly (SyntaxNode & {
    readonly imported?: SyntaxNode;
    readonly loc?: { readonly start: { readonly line: number } };
  })[];
  readonly declarations?: readonly { readonly id: SyntaxNode; readonly init?: SyntaxNode | null }[];
  readonly argument?: SyntaxNode;
  readonly arguments?: readonly SyntaxNode[];
  readonly callee?: SyntaxNode;
  readonly object?: SyntaxNode;
  readonly property?: SyntaxNode;
}

interface ProgramPath {
  readonly node: { readonly body: SyntaxNode[] };
  traverse(visitor: { UnaryExpression(path: { readonly node: SyntaxNode }): void }): void;
}

interface BabelTypes {
  arrayExpression(elements: readonly SyntaxNode[]): SyntaxNode;
  callExpression(callee: SyntaxNode, values: readonly SyntaxNode[]): SyntaxNode;
  expressionStatement(expression: SyntaxNode): SyntaxNode;
  identifier(name: string): SyntaxNode;
  memberExpression(object: SyntaxNode, property: SyntaxNode): SyntaxNode;
  numericLiteral(value: number): SyntaxNode;
  objectExpression(properties: readonly SyntaxNode[]): SyntaxNode;
  objectProperty(key: SyntaxNode, value: SyntaxNode): SyntaxNode;
  stringLiteral(value: string): SyntaxNode;
}
