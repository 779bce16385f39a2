/** docs/errors.md: every coded error of the packages, made from their tables. */
export function describeErrors(tables: readonly Readonly<Record<string, string>>[]): string {
  const rows = tables
    .flatMap((table) => Object.entries(table))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, sentence]) => `| \`${code}\` | ${sentence.replaceAll('|', '\\|')} |`);
  return `# Errors

Every error that the framework makes itself begins with a stable code. The message says what happened, with the value, and what to
do. In production a client sees the message only where it is written for clients: below 500, and for session errors, whose code
is part of the answer. Everything else is in the log.

Generated from the tables in the code by \`npm run docs\`.

| code | what it means and what to do |
| --- | --- |
${rows.join('\n')}
`;
}
