import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { compile } from "../build/bundle";
import { bundledPackages, type Package } from "../build/licences";
import { type NodePackage, nodes } from "./nodes";

/** Of a component in what `npm sbom` prints. */
interface Component {
  readonly "bom-ref": string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly object[];
  readonly licenses?: readonly object[];
}

interface Bom {
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/**
 * CycloneDX, from `npm sbom`: the packages that the plugin and the command line have in them, each with its version, hash
 * and licence, and the Node.js of the plugin's archives. To npm they are there for development, as the compiler is: what was bundled tells them apart. Without npm's
 * serial number, its time and the folder's name, the same sources give the same text.
 */
export async function sbomOf(root: string): Promise<string> {
  const bundles = await Promise.all(["provider", "cli"].map((part) => compile(root, part, tmpdir())));
  const files = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const npm = ["sbom", "--package-lock-only", "--sbom-format=cyclonedx"];
  const all = JSON.parse(execFileSync("npm", npm, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 })) as Bom;
  const bundled = bundledPackages(root, files).map((its) => componentOf(its, all.components));
  const platforms = Object.values(nodes).map(platformOf);
  const components = [...bundled, ...platforms];
  const runBy = platforms.map((one) => one["bom-ref"]);
  const product = productOf(all.metadata.component);
  const there = new Set([product, ...components].map((one) => one["bom-ref"]));
  const bom = {
    bomFormat: "CycloneDX",
    specVersion: all.specVersion,
    version: 1,
    metadata: { component: product },
    components,
    dependencies: all.dependencies
      .filter(({ ref }) => there.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => there.has(one)) }))
      .map((its) => (its.ref === product["bom-ref"] ? { ...its, dependsOn: [...its.dependsOn, ...runBy] } : its)),
  };
  return `${JSON.stringify(bom, undefined, 2)}\n`;
}

function componentOf(its: Package, all: readonly Component[]): Component {
  const found = all.find(({ name, version }) => name === its.name && version === its.version);
  if (!found) throw new Error(`${its.name} ${its.version} is bundled, and npm's SBOM has no such package`);
  const { type, name, version, purl, hashes } = found;
  const licenses = found.licenses ?? its.licenses?.map((one) => ({ license: { id: one.type } }));
  return { "bom-ref": found["bom-ref"], type, name, version, ...(licenses && { licenses }), hashes, purl };
}

const platformOf = ({ name, version, sha512 }: NodePackage): Component => ({
  "bom-ref": `${name}@${version}`,
  type: "platform",
  ...{ name, version, licenses: [{ license: { id: "MIT" } }] },
  hashes: [{ alg: "SHA-512", content: Buffer.from(sha512, "base64").toString("hex") }],
  purl: `pkg:npm/${name}@${version}`,
});

/** npm names it after the folder that it is in. */
function productOf({ type, version, purl, licenses, ...its }: Component): Component {
  const name = decodeURIComponent(purl.replace(/^pkg:npm\//, "").replace(/@[^@]*$/, ""));
  return { "bom-ref": its["bom-ref"], type, name, version, licenses, purl };
}
