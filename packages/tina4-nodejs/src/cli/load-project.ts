import { join } from 'node:path';
import process from 'node:process';
import type { Router } from '@tina4/core';
import type { Config } from '../config/read-config.js';
import { defaultRouter } from '../default-router.js';
import { ServerEnvironment } from '../project/environment.js';
import { exists, findProjectFolders } from '../project/project-folders.js';
import { type LoadedRoutes, loadRoutes } from '../project/route-loader.js';
import { createUnstartedLoader } from '../server/unstarted-loader.js';

/** A project whose routes are known but not served. */
export interface LoadedProject {
  readonly config: Config;
  readonly router: Router;
  readonly loaded: LoadedRoutes;
}

/** Loads the project in the working directory as a start would, `app.ts` included, without opening a port. */
export async function loadProject(): Promise<LoadedProject> {
  const root = process.cwd();
  const folders = await findProjectFolders({});
  const config = await new ServerEnvironment(process.env).read(root);
  const loader = await createUnstartedLoader(root);
  const entry = join(root, 'app.ts');
  if (await exists(entry)) await loader.load(entry);
  const loaded = await loadRoutes(folders.routes, defaultRouter, loader);
  return { config, router: defaultRouter, loaded };
}
