import { createRequire } from 'node:module';

/**
 * A function that gives the package `name`, loaded when it is first called: a server that never needs it does not pay for it,
 * in time at its start or in memory. `from` is the `import.meta.url` of the one file that uses the package.
 *
 * For packages in CommonJS. `require` also takes about a third less time than `import`, which reads such a file twice, the first
 * time for the names that it exports: 94 ms of the 414 that a start took.
 */
export function lazyPackage<Exports>(name: string, from: string): () => Exports {
  let loaded: Exports | undefined;
  return () => {
    loaded ??= createRequire(from)(name) as Exports;
    return loaded;
  };
}
