/** Writes the pages of docs/ that are made from tables in the code. Needs a build. */
import { writeFile } from 'node:fs/promises';
import { describeVariables } from '../packages/core/dist/config/describe-variables.js';

await writeFile(new URL('../docs/configuration.md', import.meta.url), describeVariables());
