import type { Variable } from './variable-types.js';
import { variablesByArea } from './variables.js';

/**
 * The text of docs/configuration.md, made from the variable table. `npm run docs` writes it; a test compares the two.
 */
export function describeVariables(): string {
  const sections = Object.entries(variablesByArea).map(
    ([area, rows]) => `## ${area}\n\n${(rows as readonly Variable[]).map(describe).join('\n')}`,
  );
  return `${introduction}\n\n${sections.join('\n\n')}\n`;
}

const introduction = `# Configuration

<!-- Written by \`npm run docs\` from packages/tina4-nodejs/src/config/variables.ts. Change the table, not this page. -->

Settings are environment variables. A file \`.env\` in the project's folder may hold them too; the real environment wins.
Nothing has to be set: every setting has a default that works.

- Empty text counts as unset. Flags take true, 1, yes, on and false, 0, no, off, in any case.
- A line of \`.env\` that is neither blank, a comment nor NAME=value stops the start, as does a value that cannot be used.
  All mistakes are shown at once.
- In \`.env\`, \`\${NAME}\` is the value of another variable, from the environment or from a line above, and \`\${NAME:-text}\` the text
  where that is unset or empty. A name that leads nowhere stops the start. \`\\\${\` is a plain \`\${\`; values in single quotes are as
  they stand.
- The app's own modules find the lines of \`.env\` in their environment as they are loaded: under \`tina4 serve\` and \`tina4 test\`, in workers, and in
  what \`tina4 build\` made. A program of yours that starts the server itself writes \`import 'tina4-nodejs/env'\` first.
- Where a setting has several names, the first of them that is set counts.
- \`npx tina4 doctor\` shows what is set and where it comes from.`;

function describe(variable: Variable): string {
  const parts = [
    `- **\`${variable.name}\`** (${kindOf(variable)}, default: ${defaultOf(variable)}). ${variable.about}`,
  ];
  if (variable.aliases !== undefined) parts.push(`Also read: ${listOf(variable.aliases)}.`);
  for (const [backend, names] of Object.entries(variable.specific ?? {})) {
    parts.push(`With ${backend} first: ${listOf(names)}.`);
  }
  for (const [backend, names] of Object.entries(variable.fallback ?? {})) {
    parts.push(`With ${backend} at last: ${listOf(names)}.`);
  }
  return parts.join('\n  ');
}

function kindOf(variable: Variable): string {
  if (variable.choices === undefined) return variable.kind;
  return [...new Set(Object.values(variable.choices))].map((value) => `\`${value}\``).join(' or ');
}

function defaultOf(variable: Variable): string {
  if (variable.defaultText !== undefined) return variable.defaultText;
  if (variable.default === undefined) return 'not set';
  return `\`${Array.isArray(variable.default) ? variable.default.join(',') : variable.default}\``;
}

function listOf(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
