import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { run, start as spawn } from "../lab/command";
import { Pulumi } from "../lab/pulumi";
import { SimulatedHost } from "./host/simulatedHost";
import { writeHome } from "./simulatedStack";

const repository = resolve(__dirname, "../..");
const plugins = { providers: [{ name: "kvmnet", path: join(repository, "provider") }] };

test("failOn of diagnose and diagnoseOutput ends a program in a sentence, and keeps what else it gives", async () => {
  await using host = await SimulatedHost.start();
  const nic = { "@type": "bridge", mac: { "@address": "52:54:00:aa:00:01" }, source: { "@bridge": "br9" } };
  host.libvirt.define("web", { running: false }).inactive.push(nic);
  const folder = await mkdtemp(join(tmpdir(), "kvmnet-failOn-"));
  const program = (name: string, failOn: string) =>
    writeFile(
      join(folder, "index.js"),
      `const found = require("pulumi-kvmnet").${name}({ connection: { host: "${host.name}.example" }, failOn: "${failOn}" });
exports.mine = "kept";
exports.found = found;
`,
    );
  try {
    await writeHome(join(folder, "home"), [host]);
    await mkdir(join(folder, "node_modules"));
    await symlink(repository, join(folder, "node_modules/pulumi-kvmnet"));
    await symlink(join(repository, "node_modules/@pulumi"), join(folder, "node_modules/@pulumi"));
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "homelab", main: "index.js" }));
    await writeFile(join(folder, "Pulumi.yaml"), stringify({ name: "homelab", runtime: "nodejs", plugins }));
    const env = { HOME: join(folder, "home"), SSH_AUTH_SOCK: undefined };
    await using stack = await Pulumi.init({ place: { run, spawn }, directory: folder, env });

    await program("diagnose", "warning");
    const preview = await stack.preview();
    const up = await stack.up();
    expect(await stack.outputs()).toMatchObject({
      mine: "kept",
      found: { findings: [{ check: "vm-bridge-missing" }] },
    });
    await program("diagnoseOutput", "error");
    const later = await stack.up();
    for (const { code, stdout } of [preview, up, later]) {
      expect(code).not.toBe(0);
      expect(stdout).toMatch(
        /error: failOn is "(warning|error)", and the host with the machine-id [0-9a-f]{32} is not well:\n +error vm-bridge-missing, VM web: /,
      );
      expect(stdout).not.toMatch(/^\s+at |exception/m);
      expect(stdout).not.toContain("\u001b");
    }
    await program("diagnose", "fatal");
    expect((await stack.preview()).stdout).toContain("(failOn)");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 300_000);
