/** One project per kind of test, so that `make test-unit` never waits for the lab. */
const common = {
  transform: { "\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" } }] },
  testEnvironment: "node",
};
const project = (name) => ({ ...common, displayName: name, testMatch: [`<rootDir>/test/${name}/**/*.test.ts`] });

module.exports = {
  projects: ["unit", "protocol", "lifecycle", "acceptance"].map(project),
};
