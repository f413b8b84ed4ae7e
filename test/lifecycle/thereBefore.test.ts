import { succeeds } from "../lab/succeeds";
import { SimulatedHost } from "./host/simulatedHost";
import { owners } from "./identities";
import { type Name, type Properties, programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const mac = "52:54:00:00:00:01";

/** A bridge by hand, in its user's words. */
const netplan = `# kvm1, by hand
network:
  version: 2
  ethernets:
    enp1s0: {}
  bridges:
    br0:
      interfaces: [enp1s0]   # the only one
      addresses: [192.0.2.100/24]
      routes:
        - to: default
          via: 192.0.2.1
      parameters: {stp: false, forward-delay: 0}
`;

const network = `<network><name>lan</name><uuid>5d2f3b0a-4d0f-4a63-9c4f-3b8f2d6f8f01</uuid><forward mode="bridge"/><bridge name="br0"/><portgroup name="blue"/></network>`;
const nic = `<interface type="network"><mac address="${mac}"/><source network="lan" portgroup="blue"/><model type="e1000"/></interface>`;

/** All that is a user's on the host. A link that is said to be up and one of which nothing is said are the same to libvirt. */
async function picture(host: SimulatedHost) {
  const ports = await host.must(["sh", "-c", "ip -o -4 address; ip route; ls /sys/class/net/br0/brif"]);
  const files = await host.must(["sh", "-c", "for file in /etc/netplan/*; do echo $file; cat $file; done"]);
  const { networks, domains } = host.libvirt;
  return { ports, files, libvirt: JSON.stringify({ networks, domains: domains.map(withoutUp) }) };
}

function withoutUp({ live, ...domain }: SimulatedHost["libvirt"]["domains"][number]) {
  return {
    ...domain,
    live: live.map(({ link, source, target, model, ...nic }) => ({
      ...{ ...nic, source, target, model },
      ...(link?.["@state"] === "down" && { link }),
    })),
  };
}

const changes: Partial<Record<Name, Properties>> = {
  br: { mtu: 1400 },
  filter: { mode: "bypass" },
  lan: { autostart: false },
  nic: { linkState: "down" },
  tap: {},
};

test(
  "what a hand has done to a bridge that was taken over is drift, also where no plan can be made for it; the next up says why, until a hand takes it back",
  async () => {
    await using host = await SimulatedHost.start("kvm1", { netplan });
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    await stack.up(programOf(host, ["br"]));
    const words = /the host has a bridge br0 already, with the ports enp1s0, lan1, and the program wants one on enp1s0/;
    await host.must(["sh", "-c", "ip link add lan1 type veth peer name far1; ip link set lan1 master br0 up"]);

    const refreshed = await succeeds(stack.pulumi.refresh());
    expect(refreshed).not.toMatch(/was not looked at/);
    const { resources } = (await stack.pulumi.exportStack()).deployment;
    const bridge = resources?.find(({ type }) => type === "kvmnet:index:Bridge");
    expect(bridge?.outputs).toMatchObject({ drift: [expect.stringMatching(words)] });
    const refused = await stack.pulumi.up();
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toMatch(words);

    await host.must(["ip", "link", "delete", "lan1"]);
    await succeeds(stack.pulumi.up());
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
  },
  5 * minutes,
);

test.each([{ on: true }, { on: false }])(
  "what was there before kvmnet is adopted, changed and, by destroy, as it was, with the VM on it (running: $on)",
  async ({ on }) => {
    await using host = await SimulatedHost.start("kvm1", { netplan });
    host.libvirt.define("web", { running: on });
    const virsh = async (args: readonly string[], input = "") =>
      expect(await host.libvirt.virsh(["-c", "qemu:///system", ...args], input)).toEqual(expect.any(String));
    await virsh(["net-define", "/dev/stdin"], network);
    await virsh(["net-start", "lan"]);
    await virsh(["net-autostart", "lan"]);
    await virsh(["attach-device", "web", "/dev/stdin", "--config", ...(on ? ["--live"] : [])], nic);
    const before = await picture(host);

    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    const names: Name[] = ["br", "lan", "nic"];
    const wanted = { nic: { macAddress: mac } };
    await stack.up(programOf(host, names, wanted));
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    const changed = names.map((name) => [name, { ...wanted[name as "nic"], ...changes[name] }]);
    await stack.up(programOf(host, names, Object.fromEntries(changed)));
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    expect(await picture(host)).not.toEqual(before);

    await succeeds(stack.pulumi.destroy());
    expect(await picture(host)).toEqual(before);
    expect(await owners(host)).toEqual({});
  },
  5 * minutes,
);
