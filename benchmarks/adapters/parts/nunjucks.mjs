import nunjucks from 'nunjucks';

/** The same template engine for everybody who brings none: compiled once, escaping on. */
export function openViews(folder) {
  const loader = new nunjucks.FileSystemLoader(folder, { watch: false, noCache: false });
  return new nunjucks.Environment(loader, { autoescape: true });
}
