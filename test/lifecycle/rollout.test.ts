import { SimulatedHost } from "./host/simulatedHost";
import { SimulatedHomelab } from "./simulatedHomelab";

const minutes = 60_000;
const names = ["kvm1", "kvm2", "kvm3", "kvm4", "kvm5", "kvm6"];

test(
  "a rollout changes the canary first, then waves; the first host that goes back stops the rest, which is named",
  async () => {
    await using hosts = await startHosts(names);
    await using homelab = await SimulatedHomelab.start(...hosts.all);
    const { pulumi } = homelab;
    const config = names.map((name) => [name, { connection: { host: `${name}.example` }, bridge: {} }]);
    await homelab.say({ hosts: Object.fromEntries(config), rollout: { canary: "kvm4", waves: 2 } });

    /** Each once its change is there and waits to be confirmed. */
    const order: string[] = [];
    for (const host of hosts.all)
      host.onCommand = (command) => {
        if (!/ '?settle/.test(command)) return undefined;
        order.push(host.name);
        if (host.name === "kvm2") host.answering.delete("192.0.2.1");
        return undefined;
      };
    const { code, stdout } = await pulumi.up(homelab.args());
    expect(code).not.toBe(0);
    expect(stdout).toContain(
      "rollout: kvm4; then kvm1, kvm2; then kvm3, kvm5; then kvm6. The first host that goes back leaves those of later waves as they are.",
    );
    expect(stdout).toContain(
      "the change was rolled back, the host is as before: the gateway 192.0.2.1 does not answer",
    );
    const told = stdout.slice(stdout.indexOf("Diagnostics:")).match(/(?<=rollout: )now.*/g);
    expect(told).toEqual([
      "now kvm4; not touched yet: kvm1, kvm2, kvm3, kvm5, kvm6",
      "now kvm1, kvm2; not touched yet: kvm3, kvm5, kvm6",
    ]);
    expect(changed(hosts.all)).toEqual(["kvm1", "kvm4"]);
    expect(order[0]).toBe("kvm4");
    expect(new Set(order)).toEqual(new Set(["kvm4", "kvm1", "kvm2"]));

    hosts.all[1]?.answering.add("192.0.2.1");
    for (const host of hosts.all) host.onCommand = undefined;
    const again = await pulumi.up(homelab.args());
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("now kvm6; no host comes after") });
    expect(changed(hosts.all)).toEqual(names);
    expect(await pulumi.preview(homelab.args("--expect-no-changes"))).toMatchObject({ code: 0 });
  },
  10 * minutes,
);

const changed = (hosts: readonly SimulatedHost[]) =>
  hosts.filter((host) => host.has("/etc/netplan/80-kvmnet-br0.yaml")).map(({ name }) => name);

async function startHosts(names: readonly string[]) {
  const all: SimulatedHost[] = [];
  const end = async () => {
    for (const host of all) await host[Symbol.asyncDispose]();
  };
  try {
    for (const name of names) all.push(await SimulatedHost.start(name));
  } catch (error) {
    await end();
    throw error;
  }
  return { all, [Symbol.asyncDispose]: end };
}
