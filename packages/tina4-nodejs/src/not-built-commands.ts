/** Commands that Tina4 has and this framework does not, with what each does there. */
export const notBuiltCommands: Readonly<Record<string, string>> = {
  migrate: 'runs the migrations of a database',
  'migrate:status': 'lists the migrations of a database',
  'migrate:rollback': 'takes the last migration of a database back',
  'migrate:create': 'writes a new migration',
  seed: 'fills a database with invented data',
  queue: 'looks after background queues',
  'queue:work': 'runs the jobs of background queues',
  'queue:dead': 'lists the jobs that failed for good',
  'queue:retry': 'runs a failed job again',
  'queue:clear': 'removes old jobs',
  console: 'runs code inside of the app',
  env: 'renames settings of old projects; both names are read here',
  deploy: 'writes files for a deployment; tina4 init writes a Dockerfile',
  ai: 'writes context files for assistants',
  docs: 'shows the book',
  books: 'fetches the book',
};

/** What `tina4 generate` makes in Tina4 and not here. */
export const notBuiltKinds: Readonly<Record<string, string>> = {
  model: 'a model of a database table',
  migration: 'a migration of a database',
  form: 'a form for a model',
  view: 'pages for a model',
  crud: 'routes and pages for a model',
  auth: 'login and registration',
};
