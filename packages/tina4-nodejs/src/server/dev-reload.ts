import { basename, join, relative, sep } from 'node:path';
import type { Project } from '../project/project.js';
import { entryFilesOf } from '../project/project-folders.js';
import { type ProjectWatch, watchProject } from '../project/watch-project.js';
import type { AppServer } from './app-server.js';

/**
 * Development: watches the project and makes what changed take effect. Settings are read again when `.env` changes, code when
 * a source file does, templates when one of them does. Open pages load themselves again. Sessions are kept.
 */
export async function watchForReload(
  server: AppServer,
  { folders, environment }: Project,
  print: (line: string) => void = console.log,
): Promise<ProjectWatch> {
  const envFile = environment.file;
  const entryFiles = entryFilesOf(folders.root);
  const isInside = (folder: string, file: string): boolean => file.startsWith(folder + sep);
  const isContent = (file: string): boolean =>
    [folders.templates, ...folders.publicDirectories].some((folder) => isInside(folder, file));
  return watchProject({
    folders: [
      ...new Set([
        join(folders.root, 'src'),
        folders.routes,
        folders.middleware,
        folders.templates,
        ...folders.publicDirectories,
      ]),
    ],
    files: [envFile, ...entryFiles],
    onChange: async ({ files }) => {
      const entry = files.find((file) => entryFiles.includes(file));
      if (entry !== undefined)
        print(`  ${basename(entry)} changed: stop and start the server for that to take effect.`);
      const isSettingsChanged = files.includes(envFile);
      const isCodeChanged = files.some((file) => file !== envFile && !entryFiles.includes(file) && !isContent(file));
      if (!isSettingsChanged && !isCodeChanged) {
        await server.refreshContent();
        return;
      }
      const start = performance.now();
      await server.reload(isSettingsChanged);
      const shown = files.map((file) => relative(folders.root, file).split(sep).join('/'));
      print(`  Reloaded after a change of ${shown.join(', ')} (${Math.round(performance.now() - start)} ms)`);
    },
  });
}
