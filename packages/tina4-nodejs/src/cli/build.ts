import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { findEntryFile, isProject } from '../project/project-folders.js';
import { StartError } from '../project/start-error.js';
import { withSeconds } from '../terminal/progress.js';
import { completeSpecifiers } from './complete-specifiers.js';
import { prepareForNode } from './prepare-for-node.js';
import { writeNewFile } from './write-new-file.js';

/**
 * Compiles the entry file (`app.ts` or `app.js`) and `src` to `dist/` with the project's own TypeScript, types stripped and not checked, comments kept
 * (routes are secured by them). A project without one gets a `dist/app.js` that starts the server.
 */
export async function build(): Promise<void> {
  const root = process.cwd();
  if (!(await isProject(root))) throw new StartError(`No Tina4 project in ${root}: there is no src/routes.`);
  console.log('Building for production...');
  const compiler = await findCompiler(root);
  const sources = await findSources(root);
  const dist = join(root, 'dist');
  await rm(dist, { recursive: true, force: true });
  if (sources.length > 0) await withSeconds('compiling', compile(root, dist, compiler, sources));
  const compiled = sources.filter((file) => file.endsWith('ts')).length;
  await completeSpecifiers(dist);
  await prepareForNode(dist);
  await writeNewFile(join(dist, 'app.js'), "import { startServer } from 'tina4-nodejs';\n\nawait startServer();\n");
  await readEnvironmentFirst(join(dist, 'app.js'));
  console.log(`  Compiled ${compiled} TypeScript file${compiled === 1 ? '' : 's'}`);
  console.log(`  Output: dist/\n  Size: ${Math.ceil((await sizeOf(dist)) / 1024)}KB`);
  console.log('\nReady for deployment:\n  node dist/app.js');
}

async function findCompiler(root: string): Promise<string> {
  try {
    return join(dirname(createRequire(join(root, 'app.js')).resolve('typescript/package.json')), 'bin/tsc');
  } catch (cause) {
    throw new StartError('tina4 build needs the package typescript. Run: npm install --save-dev typescript', { cause });
  }
}

/** Absolute paths of the entry file and everything under `src` that becomes JavaScript. */
async function findSources(root: string): Promise<string[]> {
  const entries = await readdir(join(root, 'src'), { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile() && /\.[mc]?[jt]s$/.test(entry.name) && !/\.d\.[mc]?ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !relative(root, file).replaceAll('\\', '/').startsWith('src/public/'));
  const entry = await findEntryFile(root);
  return entry === undefined ? files : [entry, ...files];
}

async function compile(root: string, dist: string, compiler: string, files: readonly string[]): Promise<void> {
  // A settings file of our own: the project's tsconfig is for its editor and often says noEmit.
  const folder = join(root, 'node_modules/.cache/tina4');
  const project = join(folder, 'tsconfig.build.json');
  await mkdir(folder, { recursive: true });
  await writeFile(
    project,
    JSON.stringify({ compilerOptions: { ...compilerOptions, rootDir: root, outDir: dist }, files }),
  );
  try {
    await promisify(execFile)(process.execPath, [compiler, '-p', project], { cwd: root, timeout: 300_000 });
  } catch (error) {
    const { stdout, stderr, message } = error as { stdout?: string; stderr?: string; message: string };
    throw new StartError(`The build failed.\n${stdout || stderr || message}`, { cause: error });
  }
}

const compilerOptions = {
  target: 'es2022',
  module: 'esnext',
  moduleResolution: 'bundler',
  allowJs: true,
  resolveJsonModule: true,
  noCheck: true,
  skipLibCheck: true,
  types: [],
  removeComments: false,
  sourceMap: true,
};

/**
 * Puts the reading of `.env` before everything that the entry file imports. On its first line, so that line numbers stay those of
 * the source map.
 */
async function readEnvironmentFirst(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const hashbang = /^#!.*\n/.exec(text)?.[0] ?? '';
  await writeFile(file, `${hashbang}import 'tina4-nodejs/env'; ${text.slice(hashbang.length)}`);
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
