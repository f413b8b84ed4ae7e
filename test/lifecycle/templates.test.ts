import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { must } from "../lab/command";
import { fences } from "../lab/documented";
import { pythonEnvironment } from "../lab/languageProject";
import { SimulatedHost } from "./host/simulatedHost";
import { homeOf, type Replaced, type } from "./typed";

const minutes = 60_000;
const repository = resolve(__dirname, "../..");
const installation = "docs/installation-configuration.md";

/** A VM that is off, on whose NIC nobody waits for an address. */
async function hostWithVm() {
  const host = await SimulatedHost.start();
  return { host, web: host.libvirt.define("web", { running: false }) };
}

const onLan = [{ source: { "@network": "lan" } }];

test(
  "README leads from nothing to a VM on the LAN",
  async () => {
    const { host, web } = await hostWithVm();
    await using _ = host;
    await using home = await homeOf(host);
    const [commands = ""] = fences("README.md", "sh").filter((text) => text.includes("pulumi new"));
    const said = await type(home, commands, [
      [
        /^(pulumi new \S+)$/,
        "$1 --yes --name home --stack home --config host=kvm1.example --config vm=web",
        "nobody is there to answer",
      ],
    ]);
    expect(said).toMatch(/\+ 8 to create/);
    expect(said.trimEnd()).toMatch(/\n\[\]$/);
    expect(await host.must(["ls", "/sys/class/net/br0/brif"])).toBe("enp1s0\n");
    expect(web.inactive).toMatchObject(onLan);
    const cwd = join(home.home, "home");
    await type(home, "pulumi preview --expect-no-changes\npulumi destroy", [], { cwd });
    expect(web.inactive).toEqual([]);
  },
  5 * minutes,
);

/** What a language's SDK is installed from here, and what it is run with. */
const languages: Record<string, () => Promise<{ replaced: Replaced; env?: Record<string, string>; path?: string }>> = {
  async TypeScript() {
    const options = "--offline --no-audit --no-fund --omit=peer --legacy-peer-deps";
    const sdk = join(repository, "node_modules/@pulumi/pulumi");
    const install = `npm install ${options} $2 && mkdir -p node_modules/@pulumi && ln -s ${sdk} node_modules/@pulumi/pulumi`;
    return { replaced: [[/^npm install (@pulumi\/pulumi) (.*)$/, install, "the checkout has Pulumi's SDK"]] };
  },
  async Python() {
    const environment = await pythonEnvironment();
    const replaced: Replaced = [
      [/^python3 -m venv venv$/, `ln -s ${environment} venv`, "the tests keep one"],
      [/^venv\/bin\/pip install (.*)$/, ":", "it has both"],
    ];
    return { replaced, path: join(environment, "bin") };
  },
  async Go() {
    const names = ["GOPATH", "GOCACHE", "GOMODCACHE"];
    const values = (await must(["go", "env", ...names])).trimEnd().split("\n");
    const example = join(repository, "examples/go");
    // What it needs is in go.sum: nothing is downloaded.
    const tidy = `sed 's|../../sdk/go|'"$HOME"'/kvmnet/sdk/go|' ${example}/go.mod >go.mod && cp ${example}/go.sum .`;
    return {
      replaced: [[/^go mod tidy$/, tidy, "the example's list of modules, without a download"]],
      env: { ...Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""])), GOPROXY: "off" },
    };
  },
};

test.each(Object.entries(languages))(
  "the template for %s, as the page on installing has it",
  async (language, prepare) => {
    const { host, web } = await hostWithVm();
    await using _ = host;
    await using home = await homeOf(host);
    const cwd = join(home.home, "home");
    await mkdir(cwd);
    const { replaced, env = {}, path } = await prepare();
    const within = { cwd, env: { ...env, ...(path && { PATH: `${path}:${home.environment.PATH}` }) } };
    const [commands = ""] = fences(installation, "sh").filter((text) => text.startsWith(`# ${language}`));
    await type(home, "pulumi login --local\npulumi plugin install resource kvmnet 0.1.0 --file ~/kvmnet/provider", []);
    await type(home, commands.replace("\npulumi up", "\npulumi preview\npulumi up"), replaced, within);
    expect(web.inactive).toMatchObject(onLan);
    await type(home, "pulumi preview --expect-no-changes\npulumi destroy", [], within);
    expect(web.inactive).toEqual([]);
  },
  5 * minutes,
);
