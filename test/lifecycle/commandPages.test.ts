import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fences } from "../lab/documented";
import { npmProject } from "../lab/npmProject";
import { homelabIn } from "./documentedProjects";
import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";
import { homeOf, type Replaced, type } from "./typed";

const minutes = 60_000;
const fence = (page: string, has: string) => fences(page, "sh").find((text) => text.includes(has)) ?? "";

/** What a person is asked, or told by an exit code that ends a script. */
const answers: Replaced = [
  [/^(.*kvmnet doctor .*example( \|.*)?)$/, "$1 || [ $? = 1 ]", "with findings it ends with 1"],
  [/^(.*kvmnet undo .*example)$/, "$1 --yes", "nobody is there to ask"],
  [
    /^(.*kvmnet clean .*example)$/,
    "$1 --yes || [ $? = 1 ]",
    "nobody is there to ask; with something left it ends with 1",
  ],
  [/^node cli\/dist\/main.js help$/, "node ~/kvmnet/cli/dist/main.js help", "the checkout is there"],
];

test(
  "the command line's commands are typed in a project that has the package, as README and docs/commandLine.md have them",
  async () => {
    await using host = await SimulatedHost.start();
    await using running = await SimulatedStack.start(host);
    await running.stack.up(programOf(host, ["br"]));
    await using home = await homeOf(host);
    const cwd = await npmProject(home.home);
    const before = await type(home, fence("docs/commandLine.md", "kvmnet help"), answers, { cwd });
    expect(before).toMatch(/usage: kvmnet COMMAND[\s\S]*usage: kvmnet doctor/);

    const looked = await type(home, fence("README.md", "kvmnet undo"), answers, { cwd });
    expect(looked).toContain("br0 is gone.");
    expect(host.has("/etc/netplan/80-kvmnet-br0.yaml")).toBe(false);
    await type(home, fence("docs/commandLine.md", "kvmnet clean"), answers, { cwd });
    // Undone once more, it is made again.
    expect(host.has("/etc/netplan/80-kvmnet-br0.yaml")).toBe(true);

    const itself = 'kvmnet() { npx --no kvmnet "$@"; }\n';
    const told = await type(home, itself + fence("docs/commandLine.md", "| jq"), answers, { cwd });
    expect(told).toMatch(/^\d{4}-\d\d-\d\dT\S+ changed and confirmed$/m);
    await type(
      home,
      itself + fence("docs/commandLine.md", "completion bash"),
      [[/^(kvmnet completion zsh >)"\$\{fpath\[1\]\}\/_kvmnet"$/, "$1~/_kvmnet", "fpath is zsh's own"]],
      { cwd },
    );
    const files = [
      ".local/share/bash-completion/completions/kvmnet",
      "_kvmnet",
      ".config/fish/completions/kvmnet.fish",
    ];
    for (const file of files) expect(readFileSync(join(home.home, file), "utf8")).toMatch(/complet|compdef/);
  },
  10 * minutes,
);

test(
  "the settings of docs/connecting.md and docs/installation-configuration.md are taken, and what is secret is",
  async () => {
    await using host = await SimulatedHost.start();
    await using home = await homeOf(host);
    const cwd = await homelabIn(join(home.home, "checkout"));
    await type(home, "pulumi login --local\npulumi stack init home", [], { cwd });
    const secret: Replaced = [[/^(pulumi config set --secret .*)$/, "echo planted | $1", "nobody is there to answer"]];
    const key: Replaced = [[/^(.*) <~\/\.ssh\/homelab$/, "$1 <~/.ssh/kvm1", "the test's key has that name"]];
    await type(home, fence("docs/connecting.md", "kvmnet:connection.user"), key, { cwd });
    await type(home, fence("docs/installation-configuration.md", "kvmnet:connection.host"), secret, { cwd });
    const file = join(cwd, "stacks/Pulumi.home.yaml");
    expect(existsSync(file)).toBe(true);
    const text = readFileSync(file, "utf8");
    expect(text).toMatch(/host: kvm1\.example/);
    expect(text).toMatch(/privateKey:\n\s+secure: /);
    expect(text).toMatch(/password:\n\s+secure: /);
    expect(text).not.toMatch(/planted|PRIVATE KEY/);
  },
  10 * minutes,
);
