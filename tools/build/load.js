// Starts program.js beside it with the code that V8 compiled for it when it was built: half of what a start takes is the
// compilation. Another version of Node.js takes no code of this one's, and compiles anew.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const vm = require("node:vm");

const filename = join(__dirname, "program.js");
let cachedData;
try {
  cachedData = readFileSync(join(__dirname, "program.cache"));
} catch {
  // Not there: only slower.
}
// As require() does it. esbuild writes ASCII alone, and V8 takes text that is none for twice as long.
const code = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, "latin1")}\n})`;
new vm.Script(code, { filename, cachedData }).runInThisContext()(exports, require, module, filename, __dirname);
