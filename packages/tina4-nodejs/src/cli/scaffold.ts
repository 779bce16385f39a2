/** Folders of a new project; each gets what its name says. */
export const scaffoldFolders: readonly string[] = [
  'src/routes',
  'src/templates',
  'src/templates/errors',
  'src/public',
  'src/public/css',
  'src/public/js',
  'src/public/images',
  'src/middleware',
  'src/orm',
  'src/seeds',
  'src/locales',
  'migrations',
  'data',
  'logs',
  'tests',
];

/** Files of a new project by path. `name` is the package's name, `version` that of the framework. */
export function scaffoldFiles(name: string, version: string): Readonly<Record<string, string>> {
  return {
    'package.json': `${JSON.stringify(packageJson(name, version), undefined, 2)}\n`,
    'tsconfig.json': `${JSON.stringify(tsconfig, undefined, 2)}\n`,
    'app.ts': "import { startServer } from 'tina4-nodejs';\n\nstartServer();\n",
    'tests/run-all.ts': "import { runTests } from 'tina4-nodejs/test';\n\nawait runTests();\n",
    '.env': 'TINA4_DEBUG=true\n',
    '.env.example': envExample,
    '.gitignore': 'node_modules/\ndist/\ndata/\nlogs/\nsecrets/\n.env\n',
    Dockerfile: dockerfile,
    '.dockerignore': 'node_modules\ndist\ndata\nlogs\nsecrets\n.env\n.git\n',
  };
}

function packageJson(name: string, version: string): object {
  return {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    scripts: { start: 'tina4 serve', test: 'tina4 test', build: 'tina4 build', routes: 'tina4 routes' },
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

const dockerfile = `FROM node:22-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev || npm install --omit=dev
COPY . .
EXPOSE 7148
CMD ["npx", "tina4", "serve", "--production"]
`;
