import { decodedPath } from '../public-path.js';

const endings = ['.html', '.twig'];
/** Folders of pages/ that hold parts of pages and never a page of their own. */
const partFolders = new Set(['partials', 'layouts', 'errors', 'components']);

/**
 * The template that answers a URL path nobody registered: `/` is pages/index.html, `/about` is pages/about.html,
 * pages/about.twig or pages/about/index.html. `path` is the path without its query, not decoded; `has` tells whether a
 * template exists. Undefined when there is none, when the path names a part of pages (partials, layouts, errors,
 * components, names that begin with _ or a dot), and for paths that name no public file either, see `decodedPath`.
 */
export function templateForPath(path: string, has: (name: string) => boolean): string | undefined {
  const decoded = decodedPath(path);
  if (decoded === undefined) return undefined;
  const parts = decoded.split('/').filter((part) => part !== '');
  if (parts.some(isNoPage)) return undefined;
  const base = ['pages', ...parts].join('/');
  const bases = parts.length === 0 || parts.at(-1) === 'index' ? [] : [base];
  const names = [...bases, parts.at(-1) === 'index' ? base : `${base}/index`].flatMap((name) =>
    endings.map((ending) => name + ending),
  );
  return names.find(has);
}

function isNoPage(part: string): boolean {
  return part.startsWith('_') || part.startsWith('.') || partFolders.has(part);
}
