import type { Node } from './nunjucks-parts.js';

/**
 * Where in the page something is printed: between tags or in one (`html`), inside of a script element, or wherever the
 * block, the macro or the file began (`start`), which is known only when it runs.
 */
export type Place = 'html' | 'script' | 'start';

/** What the text so far has led into. `start` is the place that the text between tags is in. */
type Position = {
  readonly between: Place;
  readonly within: 'text' | 'tag' | 'script tag' | 'comment';
  readonly quote: string;
};

/**
 * Notes at each node that prints or calls something which place it stands in, as `node.place`. What stands behind
 * branches that end differently counts as `html`, where nothing is printed without being escaped.
 */
export function markPlaces(root: Node): void {
  walk(root, atStart);
}

const atStart: Position = { between: 'start', within: 'text', quote: '' };
const inHtml: Position = { between: 'html', within: 'text', quote: '' };

function placeOf(position: Position): Place {
  // A `<` behind the start may be a tag or a comparison in a script: that is for the place of the start to say.
  if (position.between === 'start') return 'start';
  return position.within === 'text' ? position.between : 'html';
}

/** Where the text is behind a node that began at `position`. */
function walk(node: Node, position: Position): Position {
  switch (node.typename) {
    case 'TemplateData':
      return behindText(node.value, position);
    case 'Root':
    case 'NodeList':
      return walkAll(node.children, position);
    case 'Output':
      node.place = placeOf(position);
      return walkAll(node.children, position);
    case 'If':
      return joined(walk(node.body, position), node.else_ ? walk(node.else_, position) : position);
    case 'Switch':
      return (node.cases as Node[])
        .map((one) => walk(one.body, position))
        .reduce(joined, node.default ? walk(node.default, position) : position);
    case 'For': {
      const first = walk(node.body, position);
      const again = joined(position, first);
      const behind = again === position ? again : joined(again, walk(node.body, again));
      return node.else_ ? joined(behind, walk(node.else_, position)) : behind;
    }
    case 'Block':
      node.place = placeOf(position);
      return joined(position, settled(walk(node.body, atStart), position));
    case 'Macro':
    case 'Caller':
      walk(node.body, atStart);
      return position;
    case 'Set':
      for (const value of node.value.children as Node[]) walk(value, inHtml);
      return position;
    case 'Include':
      node.place = placeOf(position);
      return position;
    default:
      return walkAll(childrenOf(node), position);
  }
}

function walkAll(nodes: readonly Node[], position: Position): Position {
  return nodes.reduce((before, node) => walk(node, before), position);
}

function childrenOf(node: Node): Node[] {
  const fields = (node.fields as string[]).flatMap((field) => node[field]);
  return fields.filter((field) => typeof field === 'object' && field !== null && 'typename' in field);
}

/** What a body that began anywhere leaves behind when it began at `position`. */
function settled(behind: Position, position: Position): Position {
  return behind.between === 'start' ? position : behind;
}

function joined(a: Position, b: Position): Position {
  if (a === b || (a.between === b.between && a.within === b.within && a.quote === b.quote)) return a;
  return inHtml;
}

/** Follows text through tags, quoted values, comments and script elements (HTML standard, 13.2.5). */
function behindText(text: string, position: Position): Position {
  let now = position;
  for (const [step] of text.matchAll(/<!--|-->|<\/?[a-z][a-z0-9]*|[>"']/gi)) now = behindStep(step.toLowerCase(), now);
  return now;
}

function behindStep(step: string, position: Position): Position {
  const { between, within, quote } = position;
  // Ends a script wherever it stands; nothing else does.
  if (step === '</script') return { between: 'html', within: 'tag', quote: '' };
  if (between === 'script') return position;
  if (within === 'comment') return step === '-->' ? { ...position, within: 'text' } : position;
  if (within === 'text') {
    if (step === '<!--') return { ...position, within: 'comment' };
    if (step === '<script') return { ...position, within: 'script tag' };
    return step.startsWith('<') ? { ...position, within: 'tag' } : position;
  }
  if (quote !== '') return step === quote ? { ...position, quote: '' } : position;
  if (step === '"' || step === "'") return { ...position, quote: step };
  if (!step.endsWith('>')) return position;
  return { between: within === 'script tag' ? 'script' : between, within: 'text', quote: '' };
}
