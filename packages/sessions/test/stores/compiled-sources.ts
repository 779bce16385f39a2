import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from '@swc/core';

const PACKAGE = join(__dirname, '../..');

/** Compiles what a child process of a test needs into `folder`, so that no build has to come before. Returns the child's path. */
export function compileChild(folder: string): string {
  const stores = readdirSync(join(PACKAGE, 'src/stores')).filter((name) => name.startsWith('file-'));
  const sources = ['src/errors.ts', 'src/error-codes.ts', ...stores.map((name) => `src/stores/${name}`)];
  for (const path of [...sources, 'test/stores/file-store-child.ts']) compile(path, folder);
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
  return join(folder, 'test/stores/file-store-child.js');
}

function compile(path: string, folder: string): void {
  let source: string;
  try {
    source = readFileSync(join(PACKAGE, path), 'utf8');
  } catch {
    return; // not every file exists in every version
  }
  const { code } = transformSync(source, {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  const target = join(folder, path.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, code);
}
