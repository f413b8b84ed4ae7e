// Comes with jest.
const { default: Sequencer } = require("@jest/test-sequencer");
const { relative } = require("node:path");
const durations = require("../../test/durations.json");

/** For a file that nobody has timed yet, in seconds. */
const guesses = require("./guesses.json");

/**
 * The files that take longest begin first, so that no core is idle while one of them goes on alone at the end. What they
 * take stands in test/durations.json, not in a cache: each run has the same order.
 */
class SlowestFirst extends Sequencer {
  sort(tests) {
    const seconds = ({ path, context }) => {
      const file = relative(context.config.rootDir, path);
      return durations[file] ?? guesses[context.config.displayName.name] ?? 0;
    };
    return [...tests].sort((a, b) => seconds(b) - seconds(a) || (a.path < b.path ? -1 : 1));
  }
}

module.exports = SlowestFirst;
