/**
 * Reads what Tina4 keeps in the text of route files rather than in values: top-level functions that are named by a string,
 * and `@noauth` and `@secured` in the comment above a registration. Works on TypeScript and on what `tina4 build` made of it.
 */

/** A registration call with an annotation above it. */
export interface AnnotatedRoute {
  /** Upper case; undefined for the default export of a verb file. `ANY` for `any`. */
  readonly method: string | undefined;
  /** The path as written, without the prefix of its group; undefined when it is not a plain string. */
  readonly path: string | undefined;
  readonly isSecured: boolean;
  /** Counted from 1. */
  readonly line: number;
}

/** Names of functions and classes declared at the top level (column 0), in the order of the file. */
export function declaredNames(source: string): string[] {
  const names = [...source.matchAll(declaration)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  return [...new Set(names)];
}

const declaration =
  /^(?:export\s+)?(?:default\s+)?(?:(?:async\s+)?function\s*\*?\s*([\w$]+)|(?:abstract\s+)?class\s+([\w$]+)|(?:const|let|var)\s+([\w$]+)\s*(?::[^=\n]+)?=\s*(?:async\b|function\b|class\b|\(|[\w$]+\s*=>))/gm;

/**
 * The source with one line behind its last one that hands the declared functions to the module `declareModule`, under the
 * file's name. Lines keep their numbers. `typeof` guards against a name that only looked declared, in a comment or a string.
 */
export function exposeDeclared(source: string, file: string, declareModule: string): string {
  const names = declaredNames(source);
  if (names.length === 0) return source;
  const call = `require(${JSON.stringify(declareModule)}).declare(${JSON.stringify(file)}, ${functionsOf(names)})`;
  return `${source}\n;typeof require === 'function' && ${call};\n`;
}

/** Under this name a built file exports what {@link exportDeclared} found. */
export const DECLARED_EXPORT = '$tina4Declared';

/** The source with one line at its end that exports the declared functions, for files that Node imports. */
export function exportDeclared(source: string): string {
  const names = declaredNames(source);
  return names.length === 0
    ? source
    : `${source.trimEnd()}\nexport const ${DECLARED_EXPORT} = ${functionsOf(names)};\n`;
}

function functionsOf(names: readonly string[]): string {
  const entries = names.map((name) => `${name}: typeof ${name} === 'function' ? ${name} : undefined`);
  return `{ ${entries.join(', ')} }`;
}

/** Every registration with `@noauth` or `@secured` in the doc comment directly above it, in the order of the file. */
export function annotatedRoutes(source: string): AnnotatedRoute[] {
  const found: AnnotatedRoute[] = [];
  for (const match of source.matchAll(docComment)) {
    const annotation = /^[\s*]*@(noauth|secured)\b/im.exec(match[1] ?? '');
    if (annotation === null) continue;
    const end = match.index + match[0].length;
    const target = registration.exec(source.slice(end, end + 1000));
    if (target === null) continue;
    found.push({
      method: target[1] === undefined ? undefined : methodOf(target[1]),
      path: target[3],
      isSecured: annotation[1]?.toLowerCase() === 'secured',
      line: source.slice(0, end).split('\n').length,
    });
  }
  return found;
}

const docComment = /\/\*\*((?:[^*]|\*(?!\/))*)\*\//g;

// `Router.post("/x"`, `router.post(`, `group.post(`, `post(`, or the default export of a verb file.
const registration =
  /^\s*(?:export\s+default\b|(?:export\s+)?(?:(?:const|let|var)\s+[\w$]+\s*=\s*)?(?:[\w$]+\s*\.\s*)?(get|post|put|patch|delete|del|head|options|any)\s*(?:<[^>]*>)?\(\s*(?:(["'`])((?:(?!\2)[^\\$\n])*)\2\s*,)?)/;

function methodOf(name: string): string {
  return name === 'del' ? 'DELETE' : name.toUpperCase();
}
