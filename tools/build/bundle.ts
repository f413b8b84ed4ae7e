import { chmodSync, copyFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build, type Plugin, transform } from "esbuild";
import { licencesOf } from "./licences";
import { replaceFolder } from "./replaceFolder";

/** Says it in words; a node that is too old would stop at something that it does not know. */
const banner = (name: string) => `if (parseInt(process.versions.node, 10) < 20) {
  console.error("${name}: needs Node.js 20 or newer; this is " + process.version + " (" + process.execPath + ")");
  process.exit(1);
}`;

/** zod's messages in fifty languages would be a sixth of the file; kvmnet has its own words for most of them. */
const englishOnly: Plugin = {
  name: "english only",
  setup(bundle) {
    bundle.onLoad({ filter: /\/zod\/v4\/locales\/index\.c?js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

export interface Bundle {
  /** As its errors name it. */
  readonly name: string;
  /** The folder of its main.ts; the result is in dist there. */
  readonly folder: string;
  /** The first line of the file, where it is started itself. */
  readonly interpreter?: string;
}

/**
 * A main.ts and all that it needs in program.js, and what it imports only later in files beside it: it starts without a
 * node_modules folder. main.js looks at the node first, which would not understand the rest if it were too old.
 */
export async function bundle(root: string, { name, folder, interpreter }: Bundle): Promise<void> {
  await replaceFolder(join(root, folder, "dist"), async (fresh) => {
    const { metafile, outputFiles } = await compile(root, folder, fresh);
    for (const { path, text } of outputFiles) writeFileSync(path, await commonJs(text));
    const main = [...(interpreter ? [interpreter] : []), banner(name), 'require("./program.js");', ""].join("\n");
    writeFileSync(join(fresh, "main.js"), main);
    writeFileSync(join(fresh, "program.js.LEGAL.txt"), licencesOf(root, Object.keys(metafile.inputs)));
    for (const file of hostFiles(root)) copyFileSync(join(root, file), join(fresh, basename(file)));
    chmodSync(fresh, 0o755);
    if (interpreter) chmodSync(join(fresh, "main.js"), 0o755);
  });
}

/** The files of a bundle, not written yet, and what is in them. */
export function compile(root: string, folder: string, outdir: string) {
  return build({
    entryPoints: { program: join(root, folder, "main.ts") },
    outdir,
    absWorkingDir: root,
    bundle: true,
    // Only of this format esbuild makes several files that share what they have in common.
    format: "esm",
    splitting: true,
    chunkNames: "[name]-[hash]",
    // Packages' paths are in the files and their names: as they are in this folder, also where node_modules is a link.
    preserveSymlinks: true,
    write: false,
    platform: "node",
    target: "node20",
    minifySyntax: true,
    plugins: [englishOnly],
    // ssh2's native parts make it faster where there is a compiler; it works without, and asks in a try.
    external: ["cpu-features", "*.node"],
    // In a file of their own, with those of packages that have no such comments.
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
}

/** As main.js requires it. */
async function commonJs(module: string): Promise<string> {
  const { code } = await transform(module, {
    format: "cjs",
    platform: "node",
    target: "node20",
    // import() becomes a require() too.
    supported: { "dynamic-import": false },
    // A start costs memory by the size of the file. Short lines: node prints the line that an error is on.
    minifyWhitespace: true,
    lineLimit: 160,
    // Warnings were the build's: here the packages' code would get them too.
    logLevel: "error",
  });
  return code;
}

/** What runs on a host, which the code reads from beside itself. */
function hostFiles(root: string): string[] {
  const host = join("provider", "host");
  return readdirSync(join(root, host), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(sh|pl|service)$/.test(file))
    .map((file) => join(host, file));
}
