/**
 * `npm run bench`: installs the other frameworks and our packed packages, and measures.
 *
 *   npm run bench                      all frameworks on all rows, table and picture
 *   npm run bench -- NAME [options]    one of the files in measures/
 *   npm run bench -- --help            their options
 */
import process from 'node:process';
import { run as runProgram, setUp } from '../scripts/setup.mjs';
import { installPeers } from './prepare/peers.mjs';
import { installTina4 } from './prepare/tina4.mjs';

const measures = ['compare', 'check', 'lost', 'cold', 'grow', 'idle', 'soak', 'fair', 'profile'];

const words = process.argv.slice(2);
try {
  if (words.includes('--help')) await printUsage();
  else if (measures.includes(words[0])) await measure(words[0], words.slice(1));
  else if (words[0] === undefined || words[0].startsWith('-')) await measure('compare', words);
  else throw new Error(`There is no measure "${words[0]}". Use one of ${measures.join(', ')}.`);
} catch (error) {
  console.error(error.stack);
  process.exitCode = 1;
}

async function measure(name, options) {
  await setUp();
  // The servers of the tests are used here too: a Redis of our own that ends with us.
  await runProgram(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'test/services']);
  await installPeers();
  await installTina4();
  const { run } = await import(`./measures/${name}.mjs`);
  await run(options);
}

async function printUsage() {
  await installPeers();
  for (const name of measures) {
    const { usage } = await import(`./measures/${name}.mjs`);
    console.log(`  npm run bench -- ${usage}`);
  }
}
