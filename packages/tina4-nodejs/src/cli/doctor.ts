import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import process from 'node:process';
import { checkStore } from '@tina4/sessions';
import { ConfigError } from '../config/config-error.js';
import { describeSettings } from '../config/describe-settings.js';
import type { Config } from '../config/read-config.js';
import { readProjectSettings } from '../project/environment.js';
import { openWritesInText } from '../project/open-writes.js';
import { exists, findProjectFolders } from '../project/project-folders.js';
import { storeSettingsOf } from '../server/apply-settings.js';
import { sessionPlaceOf, withoutCredentials } from '../server/session-place.js';
import { paint, type Style } from '../terminal/paint.js';
import { withSeconds } from '../terminal/progress.js';

/** What one check found. */
interface Finding {
  readonly level: 'OK' | 'WARN' | 'ERROR';
  readonly text: string;
}

const STYLES: Readonly<Record<Finding['level'], Style>> = { OK: 'green', WARN: 'yellow', ERROR: 'red' };

/**
 * Checks the project in the working directory and prints what is set, with `json` as one JSON text. Exit code 1 when something
 * cannot work.
 */
export async function doctor({ json = false }: { readonly json?: boolean | undefined } = {}): Promise<void> {
  if (!json) console.log('Tina4 Doctor -- Checking your project...\n');
  const findings = await withSeconds('checking', checkAll(process.cwd()));
  if (json) console.log(JSON.stringify(findings, undefined, 2));
  else printFindings(findings);
  if (findings.some(({ level }) => level === 'ERROR')) process.exitCode = 1;
}

async function checkAll(root: string): Promise<Finding[]> {
  const groups = [checkNode(), checkManifest(root), checkSettings(root), checkFolders(root), checkGitignore(root)];
  return (await Promise.all(groups)).flat();
}

function printFindings(findings: readonly Finding[]): void {
  for (const { level, text } of findings) console.log(`  [${paint(STYLES[level], level)}] ${text}`);
  const count = (level: Finding['level']): number => findings.filter((finding) => finding.level === level).length;
  const [passed, warnings, errors] = [count('OK'), count('WARN'), count('ERROR')];
  const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
  console.log(`\n${plural(passed, 'check')} passed, ${plural(warnings, 'warning')}, ${plural(errors, 'error')}`);
}

function checkNode(): Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNewEnough = major > 20 || (major === 20 && minor >= 19);
  const text = `Node.js ${process.versions.node}`;
  return [isNewEnough ? ok(text) : error(`${text} is too old. Install Node.js 20.19 or later.`)];
}

async function checkManifest(root: string): Promise<Finding[]> {
  const text = await readFile(join(root, 'package.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return [warn('There is no package.json. Make one with: npm init -y')];
  try {
    const { dependencies, devDependencies } = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
    const version = dependencies?.['tina4-nodejs'] ?? devDependencies?.['tina4-nodejs'];
    return [
      version === undefined
        ? warn('package.json does not name tina4-nodejs. Run: npm install tina4-nodejs')
        : ok(`package.json names tina4-nodejs ${version}`),
    ];
  } catch {
    return [error('package.json is not valid JSON.')];
  }
}

/** Reads the settings as a start would; every mistake is an error, every set one a line. Secrets are never shown. */
async function checkSettings(root: string): Promise<Finding[]> {
  const hasFile = await exists(join(root, '.env'));
  const findings = [hasFile ? ok('.env is there') : warn('There is no .env; the defaults are used')];
  try {
    const { config, env } = await readProjectSettings(root, process.env);
    const openWrites = await openWritesInText(config, await findProjectFolders({ basePath: root }));
    findings.push(...config.warnings.map(warn), ...(await checkSessions(config, root)));
    if (openWrites !== undefined) findings.push(warn(openWrites));
    findings.push(ok(`Database: ${withoutCredentials(config.database.url)}`));
    const { set, unknown } = describeSettings(env, config.session.store.backend);
    const source = (name: string): string => (process.env[name] === undefined ? '.env' : 'environment');
    findings.push(...set.map(({ name, shown }) => ok(`${name} = ${shown} (${source(name)})`)));
    // Those that are like one that there is are among the warnings, as at a start.
    const strange = unknown.filter(({ nearest }) => nearest === undefined);
    findings.push(...strange.map(({ name }) => warn(`${name} is no setting of Tina4.`)));
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    findings.push(...thrown.mistakes.map(error));
  }
  return findings;
}

/** Which store would be used, whether it answers, and what may lose sessions there. */
async function checkSessions(config: Config, root: string): Promise<Finding[]> {
  const place = `Sessions are kept in: ${sessionPlaceOf(config)}`;
  try {
    const warnings = await checkStore(storeSettingsOf(config, root));
    return [ok(place), ...warnings.map(warn)];
  } catch (thrown) {
    return [ok(place), error(thrown instanceof Error ? thrown.message : String(thrown))];
  }
}

async function checkFolders(root: string): Promise<Finding[]> {
  const { routes, templates, publicDirectories } = await findProjectFolders({ basePath: root });
  return Promise.all(
    [routes, templates, publicDirectories[0] as string].map(async (path) => {
      const folder = relative(root, path).replaceAll('\\', '/');
      const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => undefined);
      if (entries === undefined) return warn(`${folder} is missing`);
      const count = entries.filter((entry) => entry.isFile()).length;
      return ok(`${folder} (${count} file${count === 1 ? '' : 's'})`);
    }),
  );
}

async function checkGitignore(root: string): Promise<Finding[]> {
  const text = await readFile(join(root, '.gitignore'), 'utf8').catch(() => undefined);
  if (text === undefined) return [warn('There is no .gitignore; .env, data/ and secrets/ should not be committed')];
  const lines = new Set(text.split(/\r?\n/).map((line) => line.trim().replace(/^\/|\/$/g, '')));
  const missing = ['.env', 'data', 'secrets', 'node_modules'].filter((name) => !lines.has(name));
  return [
    missing.length === 0 ? ok('.gitignore keeps secrets and data out') : warn(`.gitignore lacks ${missing.join(', ')}`),
  ];
}

function ok(text: string): Finding {
  return { level: 'OK', text };
}

function warn(text: string): Finding {
  return { level: 'WARN', text };
}

function error(text: string): Finding {
  return { level: 'ERROR', text };
}
