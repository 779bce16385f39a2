/** docs/errors.md: every coded error of the packages, made from their tables. */
export function describeErrors(tables: readonly Readonly<Record<string, string>>[]): string {
  const rows = tables
    .flatMap((table) => Object.entries(table))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, sentence]) => `| \`${code}\` | ${sentence.replaceAll('|', '\\|')} |`);
  return `# Errors

Every error that the framework makes itself has a stable \`code\`, and its message begins with it. The message says what happened,
with the value, and what to do.

An answer with a status below 500 carries both: \`{"error":"Invalid JSON","status":400,"code":"T4_BODY_JSON"}\`, the message without
its code. So does a 503 because of a session. From 500 on all else is for the log: the client gets the status and its usual text,
for session errors with their code; in debug mode a client on the same machine gets what the log gets.

An error of your own or of another package is answered with its numeric \`status\` or \`statusCode\`. Its message is shown when it is
an \`HttpError\` or says \`expose: true\`, and the status is below 500; else it is in the log only.

Generated from the tables in the code by \`npm run docs\`.

| code | what it means and what to do |
| --- | --- |
${rows.join('\n')}
`;
}
