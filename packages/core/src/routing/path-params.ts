/** Types of `req.params`, read from the path literal. */

/** Parameters of a path that is not known as a literal: any name, untyped as Tina4 code expects. */
// biome-ignore lint/suspicious/noExplicitAny: file-based routes and computed paths have no literal to read
export type AnyParams = Record<string, any>;

type TypeOf<Name extends string> = Name extends 'int' | 'integer' | 'float' | 'number' ? number : string;

/** `id:int`, `...rest` or `id`, without the braces. */
type ParamOf<Text extends string> = Text extends `...${infer Name}`
  ? { [K in Name]: string }
  : Text extends `${infer Name}:${infer Type}`
    ? { [K in Name]: TypeOf<Type> }
    : { [K in Text]: string };

type InBraces<Path extends string> = Path extends `${string}{${infer Inner}}${infer Rest}`
  ? ParamOf<Inner> & InBraces<Rest>
  : unknown;

type InBrackets<Path extends string> = Path extends `${string}[${infer Inner}]${infer Rest}`
  ? ParamOf<Inner> & InBrackets<Rest>
  : unknown;

type WithColon<Path extends string> = Path extends `${string}/:${infer Name}/${infer Rest}`
  ? { [K in Name]: string } & WithColon<`/${Rest}`>
  : Path extends `${string}/:${infer Name}`
    ? { [K in Name]: string }
    : unknown;

type Wildcard<Path extends string> = Path extends `${string}/*` ? { '*': string } : unknown;

/**
 * `PathParams<'/api/cart/{product_id:int}'>` is `{ product_id: number }`. Braces, brackets, `:name` and a last `*` are read; a
 * plain `string` gives {@link AnyParams}.
 */
export type PathParams<Path extends string> = string extends Path
  ? AnyParams
  : InBraces<Path> & InBrackets<Path> & WithColon<Path> & Wildcard<Path> extends infer All
    ? unknown extends All
      ? AnyParams
      : { [K in keyof All]: All[K] }
    : never;
