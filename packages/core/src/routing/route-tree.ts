import { shapeOf } from './route-pattern.js';
import { matchSegment, type SegmentPattern } from './segment-pattern.js';

interface Node<T> {
  /** Where the path goes on with this text between its slashes. */
  fixed: Map<string, Node<T>> | undefined;
  /** The one in `fixed` while there is no other, as in most nodes: comparing costs less than cutting out and looking up. */
  only: { readonly text: string; readonly node: Node<T> } | undefined;
  /** Segments with parameters, the most particular first. */
  readonly branches: Branch<T>[];
  /** Of the route that ends here. */
  leaf: T | undefined;
  /** Of the route that takes the rest of the path from here. */
  rest: T | undefined;
}

interface Branch<T> {
  readonly shape: string;
  readonly pattern: SegmentPattern;
  /** One parameter that takes any segment. */
  readonly takesAll: boolean;
  readonly node: Node<T>;
}

/** The shape of `{name}`. */
const ANY_SEGMENT = '{}';

/**
 * The routes of one method by the segments of their paths: fixed text is tried before parameters and those before the rest of the
 * path, at every slash. A search visits a node at most once, so it takes no longer with more routes that share no beginning.
 */
export class RouteTree<T extends object> {
  /** Paths without parameters, whole: nothing can be more particular. */
  readonly #whole = new Map<string, T>();
  /** The lengths of those paths: most other paths have another and need not be looked up. */
  readonly #wholeLengths = new Set<number>();
  readonly #root: Node<T> = newNode();

  /** Adds a route. Of two with one shape the later takes the place of the earlier. */
  add(segments: readonly (string | SegmentPattern)[], hasRest: boolean, leaf: T): void {
    let node = this.#root;
    for (const segment of segments)
      node = typeof segment === 'string' ? fixedChild(node, segment) : branchChild(node, segment);
    if (hasRest) node.rest = leaf;
    else node.leaf = leaf;
    if (!hasRest && segments.every((segment) => typeof segment === 'string')) {
      const path = `/${segments.join('/')}`;
      this.#whole.set(path, leaf);
      this.#wholeLengths.add(path.length);
    }
  }

  /**
   * `path` in the form of `requestPath`. What the parameters hold is put into `values` from its beginning, in the order of the
   * path and still encoded; what lies behind has no meaning.
   */
  find(path: string, values: string[]): T | undefined {
    const whole = this.#wholeLengths.has(path.length) ? this.#whole.get(path) : undefined;
    return whole ?? search(this.#root, path, 1, values, 0);
  }
}

/** Looks from the segment that begins at `start`; the parameters before it took `taken` values. */
function search<T>(node: Node<T>, path: string, start: number, values: string[], taken: number): T | undefined {
  const slash = path.indexOf('/', start);
  const isLast = slash < 0;
  const end = isLast ? path.length : slash;
  const fixed = fixedAt(node, path, start, end);
  if (fixed !== undefined) {
    const leaf = isLast ? fixed.leaf : search(fixed, path, end + 1, values, taken);
    if (leaf !== undefined) return leaf;
  }
  const { branches } = node;
  if (branches.length > 0 && end > start) {
    const segment = path.slice(start, end);
    for (const { takesAll, pattern, node: next } of branches) {
      if (takesAll) values[taken] = segment;
      else if (!matchSegment(pattern, segment, values, taken)) continue;
      const leaf = isLast ? next.leaf : search(next, path, end + 1, values, taken + pattern.kinds.length);
      if (leaf !== undefined) return leaf;
    }
  }
  if (node.rest !== undefined) values[taken] = path.slice(start);
  return node.rest;
}

function fixedAt<T>(node: Node<T>, path: string, start: number, end: number): Node<T> | undefined {
  const { only } = node;
  if (only === undefined) return node.fixed?.get(path.slice(start, end));
  return end - start === only.text.length && path.startsWith(only.text, start) ? only.node : undefined;
}

function newNode<T>(): Node<T> {
  return { fixed: undefined, only: undefined, branches: [], leaf: undefined, rest: undefined };
}

function fixedChild<T>(node: Node<T>, text: string): Node<T> {
  const fixed = node.fixed ?? new Map<string, Node<T>>();
  const child = fixed.get(text) ?? newNode<T>();
  fixed.set(text, child);
  node.fixed = fixed;
  node.only = fixed.size === 1 ? { text, node: child } : undefined;
  return child;
}

function branchChild<T>(node: Node<T>, pattern: SegmentPattern): Node<T> {
  const shape = shapeOf(pattern);
  const known = node.branches.find((branch) => branch.shape === shape);
  if (known !== undefined) return known.node;
  const takesAll = shape === ANY_SEGMENT;
  const branch = { shape, pattern, takesAll, node: newNode<T>() };
  node.branches.push(branch);
  node.branches.sort((a, b) => particularity(b.pattern) - particularity(a.pattern));
  return branch.node;
}

/** More text is more particular, and with as much text more types are. The order of registration decides between equals. */
function particularity({ kinds, texts }: SegmentPattern): number {
  const typed = kinds.filter(({ accepts }) => accepts !== undefined).length;
  return texts.join('').length * 1000 + typed;
}
