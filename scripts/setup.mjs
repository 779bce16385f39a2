/**
 * `npm run setup`: installs the dependencies with the pinned pnpm and builds the packages. What is up to date already is
 * skipped, so that the second run takes about a second and needs no network. `npm start` and `npm test` call it first.
 */
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

// Newest line that runs on Node 20. Fetched by npm, because pnpm is on few machines.
export const pnpmVersion = '10.34.9';
const root = fileURLToPath(new URL('..', import.meta.url));
const notesFolder = join(root, 'node_modules/.cache/tina4-setup');

/** Installs and builds where needed. Prints what it does; rejects when a step fails. */
export async function setUp() {
  requireNode();
  await once('install', installInputs, 'Installing dependencies', async () => {
    await run('npx', ['--yes', `pnpm@${pnpmVersion}`, 'install', '--frozen-lockfile', '--prefer-offline']);
  });
  await once('build', buildInputs, 'Building the packages', async () => {
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b']);
  });
}

/** Runs a command in the project's folder with its output shown. Rejects unless it exits with 0. */
export function run(command, args, options = {}) {
  // npx is a script (npx.cmd) on Windows, which only a shell starts. No argument here holds a space or a quote.
  const shell = process.platform === 'win32' && command !== process.execPath;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', shell, ...options });
    child.on('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.on('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(' ')} ended with ${signal ?? `exit code ${code}`}.`));
    });
  });
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Error(`Node.js ${process.versions.node} is too old. Install Node.js 20.19 or later.`);
}

/** Does the step unless it was done with the same inputs; the note of that lies in node_modules and goes with it. */
async function once(name, inputsNow, what, step) {
  const note = join(notesFolder, name);
  const noted = await readFile(note, 'utf8').catch(() => undefined);
  if (noted === (await inputsNow())) return;
  console.log(`${what} …`);
  const start = performance.now();
  await step();
  await mkdir(notesFolder, { recursive: true });
  await writeFile(note, await inputsNow());
  console.log(`${what}: done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

async function installInputs() {
  const manifests = (await filesIn(root, (path) => path.endsWith('package.json'))).sort();
  const hash = createHash('sha256').update(`${pnpmVersion} ${process.version} ${process.platform}-${process.arch}`);
  for (const path of [...manifests, join(root, 'pnpm-lock.yaml'), join(root, 'pnpm-workspace.yaml')]) {
    hash.update(relative(root, path)).update(await readFile(path));
  }
  return hash.digest('hex');
}

/** Names, sizes and times are enough here: tsc itself looks closer, and this only saves its start. */
async function buildInputs() {
  const isInput = (path) => /[\\/](packages[\\/][^\\/]+[\\/]src[\\/].*|tsconfig[^\\/]*\.json|index\.js)$/.test(path);
  const hash = createHash('sha256');
  for (const name of ['core', 'sessions', 'tina4-nodejs']) {
    // A removed dist/ takes this file along, and what the note said is no longer true.
    const built = await stat(join(root, 'packages', name, 'dist/.tsbuildinfo')).catch(() => undefined);
    hash.update(built === undefined ? randomUUID() : '');
  }
  for (const path of (await filesIn(root, isInput)).sort()) {
    const { mtimeMs, size } = await stat(path);
    hash.update(`${relative(root, path)} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex');
}

async function filesIn(folder, isWanted) {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        // data/ beside a src/ holds what an app wrote: session files by the thousand. Inside a src/ it is a room of the code.
        const isWritten = entry.name === 'data' && basename(folder) !== 'src';
        const isSkipped = entry.name === 'node_modules' || entry.name.startsWith('.') || isWritten;
        return isSkipped ? [] : filesIn(path, isWanted);
      }
      return isWanted(path) ? [path] : [];
    }),
  );
  return found.flat();
}

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === process.argv[1]) {
  await setUp().catch((error) => {
    console.error(`Setup failed: ${error.message}`);
    process.exitCode = 1;
  });
}
