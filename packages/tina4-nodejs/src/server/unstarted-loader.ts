import { defaultRouter } from '../default-router.js';
import type { TypeScriptLoader } from '../project/typescript-loader.js';
import { createLoader } from './app-server.js';

/** A loader for looking at a project: an `app.ts` that starts the server registers its routes and opens no port. */
export function createUnstartedLoader(root: string): Promise<TypeScriptLoader> {
  const notStarted = { router: defaultRouter, port: 0, close: async () => {} };
  return createLoader(root, {
    startServer: async () => notStarted,
    Tina4: class {
      async start(): Promise<typeof notStarted> {
        return notStarted;
      }
    },
  });
}
