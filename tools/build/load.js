// Starts program.js beside it, and gives it the files that it asks for later, with the code that V8 compiled for them when
// they were built: half of what a start takes is the compilation. Another version of Node.js takes no code of this one's,
// and compiles anew.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const vm = require("node:vm");

const loaded = new Map();

function load(id) {
  if (!id.startsWith("./")) return require(id);
  if (loaded.has(id)) return loaded.get(id).exports;
  const filename = join(__dirname, id);
  let cachedData;
  try {
    cachedData = readFileSync(filename.replace(/js$/, "cache"));
  } catch {
    // Not there: only slower.
  }
  // As require() does it. esbuild writes ASCII alone, and V8 takes text that is none for twice as long.
  const code = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, "latin1")}\n})`;
  const run = new vm.Script(code, { filename, cachedData }).runInThisContext();
  const module = { exports: {} };
  loaded.set(id, module);
  run(module.exports, load, module, filename, __dirname);
  return module.exports;
}

load("./program.js");
