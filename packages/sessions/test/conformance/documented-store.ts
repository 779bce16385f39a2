import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import type { SessionStore } from '../../src/session-store.js';

export type MapStoreClass = new (rows: Map<string, unknown>, now?: () => number) => SessionStore;

const PAGE = join(__dirname, '../../../../docs/writing-a-store.md');

/** The TypeScript blocks of docs/writing-a-store.md, in order: the store, then its test. */
export function documentedCode(): readonly string[] {
  return [...readFileSync(PAGE, 'utf8').matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => String(code));
}

/** Runs documented TypeScript and returns what it exports. `modules` are the packages that it may import. */
export function runDocumented(code: string, modules: Record<string, unknown>): Record<string, unknown> {
  const { code: script } = transformSync(code, {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  const exported = {};
  new Function('exports', 'require', script)(exported, (name: string) => {
    if (!(name in modules)) throw new Error(`The documented code imports ${name}.`);
    return modules[name];
  });
  return exported;
}

/** The store of the page, as its reader would have it. */
export function documentedStore(): MapStoreClass {
  return runDocumented(String(documentedCode()[0]), {}).MapStore as MapStoreClass;
}
