/** Mutation tests of TypeScript: `make mutate PACKAGE=web/src/phone/reducer.ts`. */
export default {
  mutate: [process.env.MUTATE, '!**/*.test.ts', '!**/fixtures.ts', '!**/world/**'],
  testRunner: 'vitest',
  vitest: { configFile: 'tools/vitest.mutate.ts' },
  coverageAnalysis: 'perTest',
  concurrency: 1,
  timeoutFactor: 4,
  timeoutMS: 30_000,
  // Texts are for people: which one is shown is tested, not how it is spelled.
  mutator: { excludedMutations: ['StringLiteral'] },
  // TypeScript 7 has no interface for Stryker to read its configuration with, and none of it matters here.
  tsconfigFile: 'none',
  ignorePatterns: ['build', 'bench', 'docs', 'e2e', 'gateway', 'local', 'web/dist', '.*'],
  tempDirName: 'build/stryker',
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: process.env.REPORT },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  allowEmpty: false,
};
