const { availableParallelism } = require("node:os");

/** One project per kind of test, so that `make test-unit` never waits for the lab. */
const common = {
  transform: { "\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" } }] },
  testEnvironment: "node",
};
const project = (name) => ({ ...common, displayName: name, testMatch: [`<rootDir>/test/${name}/**/*.test.ts`] });

module.exports = {
  // Most tests wait for a host most of the time: two at once do well on two cores, where jest would run one.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  projects: ["unit", "protocol", "lifecycle", "acceptance"].map(project),
};
