import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { run, start as spawn } from "../lab/command";
import { Pulumi } from "../lab/pulumi";
import { SimulatedHost } from "./host/simulatedHost";
import { writeHome } from "./simulatedStack";

const repository = resolve(__dirname, "../..");
const names = ["kvm1", "kvm2", "kvm3", "kvm4", "kvm5", "kvm6"];

test("a rollout changes the canary first, then waves, and the first host that goes back stops the rest", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kvmnet-rollout-"));
  const hosts: SimulatedHost[] = [];
  try {
    for (const name of names) hosts.push(await SimulatedHost.start(name));
    await rollOut(folder, hosts);
  } finally {
    for (const host of hosts) await host[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
}, 600_000);

async function rollOut(folder: string, hosts: readonly SimulatedHost[]): Promise<void> {
  await writeHome(join(folder, "home"), hosts);
  await mkdir(join(folder, "project"));
  await cp(join(repository, "Pulumi.yaml"), join(folder, "project/Pulumi.yaml"));
  await using pulumi = await Pulumi.init({
    ...{ place: { run, spawn }, directory: join(folder, "project") },
    env: { HOME: join(folder, "home"), SSH_AUTH_SOCK: undefined },
  });
  const file = join(folder, "config.yaml");
  const config = Object.fromEntries(
    names.map((name) => [name, { connection: { host: `${name}.example` }, bridge: {} }]),
  );
  await writeFile(
    file,
    stringify({ config: { "homelab:hosts": config, "homelab:rollout": { canary: "kvm4", waves: 2 } } }),
  );
  const args = ["--cwd", repository, "--config-file", file];

  /** Each once its change is there and waits to be confirmed. */
  const order: string[] = [];
  for (const host of hosts)
    host.onCommand = (command) => {
      if (!/ '?settle/.test(command)) return undefined;
      order.push(host.name);
      if (host.name === "kvm2") host.answering.delete("192.0.2.1");
      return undefined;
    };
  const { code, stdout } = await pulumi.up({ args });
  expect(code).not.toBe(0);
  expect(stdout).toContain(
    "rollout: kvm4; then kvm1, kvm2; then kvm3, kvm5; then kvm6. The first host that goes back leaves those of later waves as they are.",
  );
  expect(stdout).toContain("the change was rolled back, the host is as before: the gateway 192.0.2.1 does not answer");
  const changed = () => hosts.filter((host) => host.has("/etc/netplan/80-kvmnet-br0.yaml")).map(({ name }) => name);
  expect(changed()).toEqual(["kvm1", "kvm4"]);
  expect(order[0]).toBe("kvm4");
  expect(new Set(order)).toEqual(new Set(["kvm4", "kvm1", "kvm2"]));

  hosts[1]?.answering.add("192.0.2.1");
  for (const host of hosts) host.onCommand = undefined;
  const again = await pulumi.up({ args });
  expect(again).toMatchObject({ code: 0 });
  expect(changed()).toEqual(names);
  expect(await pulumi.preview({ args: [...args, "--expect-no-changes"] })).toMatchObject({ code: 0 });
}
