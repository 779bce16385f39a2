import { mkdir, readFile, writeFile } from 'node:fs/promises';

const docs = new URL('../../docs/', import.meta.url);

/** Puts the picture beside docs/performance.md and the tables into it, between their two comments. Rejects without those. */
export async function publishComparison(results, tables, picture) {
  const page = new URL('performance.md', docs);
  const folder = new URL('performance/', docs);
  const text = await readFile(page, 'utf8');
  const between = /(<!-- comparison: written by npm run bench -->\n).*?(\n<!-- end of comparison -->)/s;
  if (!between.test(text)) throw new Error('docs/performance.md has no place for the comparison.');
  await mkdir(folder, { recursive: true });
  await writeFile(new URL('comparison.svg', folder), picture);
  await writeFile(new URL('comparison.json', folder), `${JSON.stringify(results)}\n`);
  await writeFile(
    page,
    text.replace(between, (_, start, end) => `${start}\n${tables}${end}`),
  );
}
