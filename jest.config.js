const { availableParallelism } = require("node:os");

/** One project per kind of test, so that `make test-unit` never waits for the lab. */
const common = {
  transform: { "\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" } }] },
  testEnvironment: "node",
};
const project = (name, more = {}) => ({
  ...common,
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  ...more,
});
/** They run what `make build` made. */
const built = { globalSetup: "<rootDir>/tools/jest/builtFromSources.ts" };

module.exports = {
  // Most tests wait for a host most of the time: two at once do well on two cores, where jest would run one.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // It ends what hangs, and asserts nothing: a machine that does other things too is slow.
  testTimeout: 120_000,
  testSequencer: "<rootDir>/tools/jest/slowestFirst.js",
  projects: [
    project("unit"),
    project("anomalies"),
    project("protocol", built),
    // On each line of Node.js, of 50 MB each, for `make test-all`.
    project("lifecycle", {
      ...built,
      testPathIgnorePatterns: process.env.KVMNET_FAULTS === "all" ? [] : ["nodeVersions", "dotnetSdk"],
    }),
    project("acceptance", built),
  ],
};
