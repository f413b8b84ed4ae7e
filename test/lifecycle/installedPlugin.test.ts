import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { writePlugins } from "../../tools/release/plugins";
import { run, start } from "../lab/command";
import type { PulumiOptions } from "../lab/pulumi";
import { YamlStack } from "../lab/yamlStack";
import { serveArchives } from "./archiveServer";
import { bareMachine } from "./bareMachine";
import { SimulatedHost } from "./host/simulatedHost";
import { wholeLife } from "./wholeLife";

const repository = resolve(__dirname, "../..");
const minutes = 60_000;
const output = (of: string) => `\${${of}}`;

/** A program that says nothing of where its plugin is. */
const programOf = (host: SimulatedHost, options?: Record<string, unknown>) => ({
  plugins: {},
  resources: {
    br: { type: "kvmnet:Bridge", properties: { connection: host.connection }, options },
    lan: {
      type: "kvmnet:Network",
      properties: { connection: host.connection, name: "lan", bridge: output("br.name") },
      options,
    },
  },
});

let bare: PulumiOptions["place"];
let folder: string;
let archives: string[];
let ours: string;
const version = async () => JSON.parse(await readFile(join(repository, "package.json"), "utf8")).version;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kvmnet-release-"));
  const arch = { x64: "amd64", arm64: "arm64" }[process.arch as string];
  archives = await writePlugins(repository, folder, [`linux-${arch}`]);
  ours = `pulumi-resource-kvmnet-v${await version()}-linux-${arch}.tar.gz`;
  expect(archives).toEqual([ours]);
  bare = await bareMachine(folder);
  expect((await bare.run(["sh", "-c", "command -v node"])).code).not.toBe(0);
}, 5 * minutes);
afterAll(() => rm(folder, { recursive: true, force: true }));

test(
  "installed from its archive, the plugin is found by a program that does not say where it is, and needs no Node.js",
  async () => {
    await using host = await SimulatedHost.start();
    const home = await mkdtemp(join(folder, "stack-"));
    await using stack = await YamlStack.open(bare, home);
    const { code, stderr } = await stack.pulumi.run(["preview", "--stack", stack.pulumi.stack]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });

    await stack.say(programOf(host));
    const without = await stack.pulumi.preview();
    expect(without.code).not.toBe(0);
    expect(without.stdout + without.stderr).toContain("no resource plugin 'pulumi-resource-kvmnet'");

    const from = ["--file", join(folder, ours)];
    await stack.pulumi.must(["plugin", "install", "resource", "kvmnet", await version(), ...from]);
    await wholeLife(stack, host, programOf(host));
  },
  5 * minutes,
);

test(
  "the engine downloads it from where a resource's pluginDownloadURL says",
  async () => {
    await using host = await SimulatedHost.start();
    await using server = await serveArchives(folder, archives);
    const home = await mkdtemp(join(folder, "stack-"));
    const env = { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: undefined };
    await using stack = await YamlStack.open(bare, home, env);
    await wholeLife(stack, host, programOf(host, { pluginDownloadURL: server.url, version: await version() }));
    expect(server.asked).toEqual([ours]);
  },
  5 * minutes,
);

test(
  "without Pulumi's own registry, it gives its schema from where it was installed and from a checkout",
  async () => {
    const home = await mkdtemp(join(folder, "stack-"));
    await using stack = await YamlStack.open({ run, spawn: start }, home);
    const from = ["--file", join(folder, ours)];
    await stack.pulumi.must(["plugin", "install", "resource", "kvmnet", await version(), ...from]);
    const schema = JSON.parse(await readFile(join(repository, "provider/schema.json"), "utf8"));
    for (const source of [`kvmnet@${schema.version}`, join(repository, "provider/pulumi-resource-kvmnet")]) {
      const given = JSON.parse(await stack.pulumi.must(["package", "get-schema", source]));
      expect(given.version).toBe(schema.version);
      expect(Object.keys(given.resources)).toEqual(Object.keys(schema.resources));
    }
    await stack.pulumi.must(["schema", "check", join(repository, "provider/schema.json")]);
  },
  5 * minutes,
);
