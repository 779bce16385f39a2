/** Tests run on the TypeScript sources; suites that need the built packages start real processes on dist. */
export default {
  testEnvironment: 'node',
  testMatch: [
    '<rootDir>/packages/*/test/**/*.test.ts',
    '<rootDir>/test/**/*.test.ts',
    '<rootDir>/examples/*/test/**/*.test.ts',
  ],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '\\.faults\\.test\\.ts$'],
  modulePathIgnorePatterns: ['/dist/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@tina4/core$': '<rootDir>/packages/core/src/index.ts',
    '^@tina4/sessions$': '<rootDir>/packages/sessions/src/index.ts',
    '^@tina4/sessions/conformance$': '<rootDir>/packages/sessions/src/conformance/index.ts',
    '^tina4-nodejs/(core|env|orm|frond|test)$': '<rootDir>/packages/tina4-nodejs/src/$1.ts',
    '^tina4-nodejs$': '<rootDir>/packages/tina4-nodejs/src/index.ts',
  },
  extensionsToTreatAsEsm: [],
  maxWorkers: 2,
  testTimeout: 20000,
};
