import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { pnpmVersion, run } from '../../scripts/setup.mjs';

const benchmarks = fileURLToPath(new URL('..', import.meta.url));
const packages = fileURLToPath(new URL('../../packages', import.meta.url));
const home = join(benchmarks, '.cache/tina4');

/** The project that shows the app of this name (`plain` or `session`), with the installed packages beside it. */
export const projectFolder = (app) => join(home, app);

/** URL of what `import 'tina4-nodejs'` leads to inside the projects. */
export const tina4Module = () => pathToFileURL(join(home, 'node_modules/tina4-nodejs/dist/index.js')).href;

/** The installed `tina4` command. */
export const tina4Command = () => join(home, 'node_modules/tina4-nodejs/bin/tina4.js');

/** The archives that were installed, for measuring their size in an empty folder. */
export async function tina4Archives() {
  const folder = join(home, 'archives');
  return (await readdir(folder)).map((name) => join(folder, name));
}

/**
 * Packs the three packages, installs the archives with plain npm, as users get them, and writes the projects beside them.
 * What was done with the same files before is left as it is. Needs a build; rejects when a step fails.
 */
export async function installTina4() {
  await unlessNoted('installed', await digestOfBuild(), async () => {
    console.log('Packing and installing tina4 …');
    await rm(home, { recursive: true, force: true });
    const archives = join(home, 'archives');
    await mkdir(archives, { recursive: true });
    for (const name of ['core', 'sessions', 'tina4-nodejs']) {
      const pack = ['--yes', `pnpm@${pnpmVersion}`, 'pack', '--pack-destination', archives];
      await run('npx', pack, { cwd: join(packages, name), stdio: ['ignore', 'ignore', 'inherit'] });
    }
    await writeFile(join(home, 'package.json'), '{ "private": true }\n');
    // The client that the floor uses, and the compiler that `tina4 build` asks for, in the same versions.
    const { dependencies } = JSON.parse(await readFile(join(benchmarks, 'package.json'), 'utf8'));
    const { devDependencies } = JSON.parse(await readFile(join(benchmarks, '../package.json'), 'utf8'));
    const others = [`ioredis@${dependencies.ioredis}`, `typescript@${devDependencies.typescript}`];
    const install = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    await run('npm', [...install, ...(await tina4Archives()), ...others], { cwd: home });
  });
  await unlessNoted('projects', await digestOf(projectSources), async () => {
    for (const app of ['plain', 'session']) await writeProject(app);
  });
}

const projectSources = ['prepare/tina4-projects', 'contract/app.mjs', 'views'].map((path) => join(benchmarks, path));

/** Does the step unless a note in `home` says that it was done with the same inputs. */
async function unlessNoted(name, inputs, step) {
  const note = join(home, name);
  if ((await readFile(note, 'utf8').catch(() => undefined)) === inputs) return;
  await step();
  await writeFile(note, inputs);
}

async function writeProject(app) {
  const folder = projectFolder(app);
  await rm(folder, { recursive: true, force: true });
  await cp(join(benchmarks, 'prepare/tina4-projects', app), folder, { recursive: true });
  await cp(join(benchmarks, 'contract/app.mjs'), join(folder, 'src/contract/app.mjs'));
  await cp(join(benchmarks, 'views'), join(folder, 'src/templates'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  await symlink(join(home, 'node_modules'), join(folder, 'node_modules'), 'dir');
}

/** What would go into the archives: manifests and built files by content. */
function digestOfBuild() {
  const folders = ['core', 'sessions', 'tina4-nodejs'].map((name) => join(packages, name));
  return digestOf(folders.flatMap((folder) => [join(folder, 'package.json'), join(folder, 'dist')]));
}

/** Of files and of all JavaScript, TypeScript and templates below folders, by path and content. */
async function digestOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const isFolder = (await stat(path)).isDirectory();
    const below = isFolder ? await readdir(path, { recursive: true }) : [];
    const files = isFolder
      ? below.filter((name) => /\.(m?js|ts|njk)$/.test(name)).map((name) => join(path, name))
      : [path];
    for (const file of files.sort()) hash.update(file).update(await readFile(file));
  }
  return hash.digest('hex');
}
