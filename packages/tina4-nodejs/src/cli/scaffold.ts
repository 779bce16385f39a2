import process from 'node:process';
import { containerFiles } from './scaffold-container.js';
import { pageFiles } from './scaffold-page.js';

/** Files of a new project by path. `name` is the package's name, `version` that of the framework. */
export function scaffoldFiles(name: string, version: string): Readonly<Record<string, string>> {
  return {
    'package.json': `${JSON.stringify(packageJson(name, version), undefined, 2)}\n`,
    'tsconfig.json': `${JSON.stringify(tsconfig, undefined, 2)}\n`,
    'app.ts': "import { startServer } from 'tina4-nodejs';\n\nstartServer();\n",
    ...pageFiles(name),
    'tests/run-all.ts': "import { runTests } from 'tina4-nodejs/test';\n\nawait runTests();\n",
    '.env': 'TINA4_DEBUG=true\n',
    '.env.example': envExample,
    '.gitignore': 'node_modules/\ndist/\ndata/\nlogs/\nsecrets/\n.env\n',
    ...containerFiles,
    'README.md': readme(name),
  };
}

/**
 * Node itself, and in place of npm's shell: a shell in between dies of SIGTERM and leaves the server behind as an orphan. Windows'
 * shell has no exec, and no SIGTERM either.
 */
const SERVE = `${process.platform === 'win32' ? '' : 'exec '}node node_modules/tina4-nodejs/bin/tina4.js serve`;

function packageJson(name: string, version: string): object {
  return {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    scripts: {
      dev: 'tina4 serve',
      start: `${SERVE} --production`,
      test: 'tina4 test',
      build: 'tina4 build',
      routes: 'tina4 routes',
    },
    dependencies: { 'tina4-nodejs': `^${version}` },
    devDependencies: { '@types/node': '^20.19.0', typescript: '^5.9.0' },
  };
}

/** Lets editors check types; the server strips them and never needs this file. */
const tsconfig = {
  compilerOptions: {
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    strict: true,
    noImplicitAny: false,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
  },
  include: ['app.ts', 'src', 'tests'],
};

const envExample = `# Copy to .env. Every setting: docs/configuration.md of Tina4 for Node.js
TINA4_DEBUG=true
TINA4_PORT=7148
# DATABASE_URL=sqlite:///data/app.db
# TINA4_SESSION_BACKEND=redis
# TINA4_SESSION_HOST=localhost
# TINA4_SESSION_PORT=6379
`;

function readme(name: string): string {
  return `# ${name}

\`\`\`sh
npm install
npx tina4 serve    # http://localhost:7148; what you save takes effect at once
npm test
\`\`\`

- \`src/routes/\`: every file is loaded at the start; \`home.ts\` has a page and a form that keeps a list in the session.
- \`src/templates/\`: what \`res.html('home.html', data)\` shows. \`src/public/\`: files served as they are.
- \`tests/\`: classes whose methods start with \`test\`.
- \`.env\`: settings of this machine, not committed; \`.env.example\` is for everybody. \`npx tina4 doctor\` shows what is set.
- \`npx tina4 routes\` lists the routes and what guards them.

In production: \`npm start\`. In containers, with sessions on Redis:

\`\`\`sh
npm install ioredis
TINA4_SECRET=$(openssl rand -hex 32) docker compose up --build    # keep the secret: tokens are signed with it
\`\`\`
`;
}
