import { notBuiltNames } from './not-built.js';
import { notBuiltCommands, notBuiltKinds } from './not-built-commands.js';
// For its effect: the names enter the table as they are made.
import './not-built-names.js';

/** The text of docs/not-built.md in the package, made from the tables. `npm run docs` writes it; a test compares the two. */
export function describeNotBuilt(): string {
  return `${introduction}

## Names

${tableOf('Import', [...notBuiltNames()])}

## Commands

${tableOf('Command', [
  ...Object.entries(notBuiltCommands).map(([name, what]) => [`tina4 ${name}`, what] as const),
  ...Object.entries(notBuiltKinds).map(([name, what]) => [`tina4 generate ${name}`, what] as const),
])}
`;
}

const introduction = `# What is not built

<!-- Written by \`npm run docs\` from the tables in src/not-built-names.ts and src/not-built-commands.ts. -->

Parts of Tina4 that Tina4 for Node.js does not have yet. The names can be imported, so that files that only mention them are loaded;
using one throws \`T4_NOT_BUILT\`. In debug mode the file that does so at its top is named and the others are served; otherwise the
server does not start.

What to use instead:

- **Databases, models, migrations, seeds**: a client or query builder from npm (\`pg\`, \`mysql2\`, \`knex\`, \`drizzle-orm\`), opened in a
  module of yours that routes import; it finds the lines of \`.env\` in its environment. Its own migration tool runs before the server.
- **Queues, services**: \`bullmq\` or a table with a worker process of yours beside the server.
- **WebSockets**: \`ws\`, on a server of its own port. Server-sent events are built in: \`res.stream()\`.
- **Mail**: \`nodemailer\`. **HTTP clients**: \`fetch()\` is part of Node.
- **Translations**: a dictionary for each language, handed to the template.
- **Tests beside a function**: test classes in \`tests/\`, run by \`tina4 test\`.`;

function tableOf(head: string, rows: readonly (readonly [string, string])[]): string {
  return [
    `| ${head} | What it is in Tina4 |`,
    '| --- | --- |',
    ...rows.map(([name, what]) => `| \`${name}\` | ${what} |`),
  ].join('\n');
}
