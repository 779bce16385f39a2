import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from '@swc/core';

const PACKAGE = join(__dirname, '../..');

/** Compiles this package and one test script into `folder`, so that no build has to come before. Returns the script's path. */
export function compileChild(folder: string, script: string): string {
  const sources = readdirSync(join(PACKAGE, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('conformance'))
    .map((name) => join('src', name));
  for (const path of [...sources, 'test/support/test-app.ts', script]) compile(path, folder);
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
  return join(folder, script.replace(/\.ts$/, '.js'));
}

function compile(path: string, folder: string): void {
  const source = readFileSync(join(PACKAGE, path), 'utf8');
  const { code } = transformSync(source, {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  const target = join(folder, path.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, code);
}
