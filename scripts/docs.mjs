/** Writes the pages of docs/ that are made from tables in the code. Needs a build. */
import { mkdir, writeFile } from 'node:fs/promises';
import { describeErrors } from '../packages/core/dist/errors/describe-errors.js';
import { CORE_ERROR_CODES } from '../packages/core/dist/errors/error-codes.js';
import { SESSION_ERROR_CODES } from '../packages/sessions/dist/index.js';
import { describeVariables } from '../packages/tina4-nodejs/dist/config/describe-variables.js';
import { describeNotBuilt } from '../packages/tina4-nodejs/dist/describe-not-built.js';
import { TINA4_ERROR_CODES } from '../packages/tina4-nodejs/dist/error-codes.js';

const page = (name) => new URL(`../docs/${name}.md`, import.meta.url);

await writeFile(page('configuration'), describeVariables());
await writeFile(page('errors'), describeErrors([CORE_ERROR_CODES, SESSION_ERROR_CODES, TINA4_ERROR_CODES]));

// This one lies in the package: messages of installed ones lead to it.
const inPackage = new URL('../packages/tina4-nodejs/docs/', import.meta.url);
await mkdir(inPackage, { recursive: true });
await writeFile(new URL('not-built.md', inPackage), describeNotBuilt());
