#!/usr/bin/env node
/**
 * `npm test` and `npm run test:faults`: sets up, installs the servers that the suites need where that is expected, starts
 * each server once for the whole run, runs jest, and says what was skipped. Arguments go on to jest.
 *
 * TINA4_TEST_INSTALL=0 installs nothing. TINA4_TEST_REQUIRE=redis,postgres,… makes a missing one a failure.
 * TEST_REDIS_URL and its like use a server of yours (test/services/README.md lists them).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const projectDir = join(dirname(fileURLToPath(import.meta.url)), '..');
const isFaultRun = process.argv.includes('--faults');
const jestArgs = process.argv.slice(2).filter((arg) => arg !== '--faults');
const required = (process.env.TINA4_TEST_REQUIRE ?? '').split(',').filter((name) => name !== '');

process.exitCode = await main();

/** Resolves with the exit code of the whole run. */
async function main() {
  const setupCode = await run([join(projectDir, 'scripts/setup.mjs')], {});
  if (setupCode !== 0) return setupCode;

  const buildCode = await run([join(projectDir, 'node_modules/typescript/bin/tsc'), '-b', 'test/services'], {});
  if (buildCode !== 0) return buildCode;
  // Built just now, so it cannot be imported any earlier.
  const { installServers, services } = await import('../test/services/dist/index.js');
  refuseUnknownNames(services);
  if (process.env.TINA4_TEST_INSTALL !== '0') {
    const given = new Set(services.filter((entry) => process.env[entry.givenBy]).map((entry) => entry.name));
    await installServers({ withBrowser: isFaultRun, given, print: (line) => console.log(line) });
  }

  const started = await startServers(services);
  try {
    const missing = started.skipped.filter(({ name }) => required.includes(name));
    if (started.failures.length > 0 || missing.length > 0) {
      for (const { name, reason } of [...started.failures, ...missing]) console.error(`${name}: ${reason}`);
      console.error('The tests were not run: servers that are installed or required (TINA4_TEST_REQUIRE) must start.');
      return 1;
    }
    const code = await run([join(projectDir, 'node_modules/jest/bin/jest.js'), ...jestOptions()], started.env);
    console.log(closingLine(started));
    return code;
  } finally {
    await Promise.all(started.running.map((server) => server.stop()));
  }
}

/** Fault suites start servers of their own to hurt them; they run one at a time, since they watch deadlines. */
function jestOptions() {
  if (!isFaultRun) return jestArgs;
  const ignore = ['--testPathIgnorePatterns', '/node_modules/', '/dist/'];
  const pattern = jestArgs.some((arg) => !arg.startsWith('-')) ? [] : ['--testPathPatterns', '\\.faults\\.test\\.ts$'];
  return [...ignore, '--testTimeout=60000', '--maxWorkers=1', ...pattern, ...jestArgs];
}

/** Starts all of them at once. A server that cannot be had is skipped; one that is there and does not start is a failure. */
async function startServers(services) {
  const result = { running: [], env: {}, names: [], skipped: [], failures: [] };
  const isWanted = (entry) => !process.env[entry.givenBy];
  result.names.push(...services.filter((entry) => !isWanted(entry)).map((entry) => `${entry.name} (${entry.givenBy})`));
  await Promise.all(
    services.filter(isWanted).map(async ({ name, sharedBy, start }) => {
      try {
        const server = await start();
        result.running.push(server);
        result.env[sharedBy] = server.url;
        if (server.kind !== undefined) result.env[`${sharedBy}_KIND`] = server.kind;
        result.names.push(server.kind === undefined ? name : `${name} (${server.kind})`);
      } catch (error) {
        const isMissing = error.constructor.name === 'ServiceMissingError';
        (isMissing ? result.skipped : result.failures).push({ name, reason: error.message });
      }
    }),
  );
  return result;
}

function closingLine({ names, skipped }) {
  const skippedText = skipped.map(({ name, reason }) => `${name} (${reason})`).join(', ');
  return `Servers: ${names.sort().join(', ') || 'none'}. Skipped: ${skipped.length}${skippedText && `: ${skippedText}`}.`;
}

/** SQLite needs no server: its driver is a development dependency, so it may be required and is always there. */
function refuseUnknownNames(services) {
  const known = new Set(['sqlite', ...services.map((entry) => entry.name)]);
  const unknown = required.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new Error(`TINA4_TEST_REQUIRE names "${unknown.join(',')}". Use some of ${[...known].join(',')}.`);
  }
}

/** Runs a Node script to its end, and hands on a signal that was meant to end us, so that the servers are stopped too. */
async function run(args, env) {
  const child = spawn(process.execPath, args, {
    cwd: projectDir,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  const handOn = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, handOn);
  try {
    const [code] = await once(child, 'exit');
    return code ?? 1;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, handOn);
  }
}
