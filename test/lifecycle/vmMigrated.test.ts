import { SimulatedHost } from "./host/simulatedHost";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const uuid = "6b1f3f0a-5a0e-4a57-9d0b-7d1f6f3c2a11";
const netplan = `network:
  version: 2
  ethernets:
    enp1s0: {}
  bridges:
    br0:
      interfaces: [enp1s0]
      addresses: [192.0.2.100/24]
      routes: [{to: default, via: 192.0.2.1}]
      parameters: {stp: false, forward-delay: 0}
`;

const nicOn = (host: string, domain: string, more: object = {}) => ({
  type: "kvmnet:Nic",
  properties: { connection: { host }, domain, bridge: "br0", waitForAddress: 0, ...more },
});
const besides = { db: nicOn("kvm2.example", "db") };
const program = { resources: { web: nicOn("kvm1.example", "web"), ...besides } };

/** Two hosts with a VM each, the first of which libvirt migrates. */
async function twoHosts() {
  const kvm1 = await SimulatedHost.start("kvm1", { netplan });
  const kvm2 = await SimulatedHost.start("kvm2", { netplan });
  const running = await SimulatedStack.start(kvm1, kvm2);
  const web = kvm1.libvirt.define("web", { uuid });
  kvm2.libvirt.define("db");
  const there = async (mac: string) => {
    const domain = kvm2.libvirt.define("web", { uuid });
    const nic = `<interface type="bridge"><mac address="${mac}"/><source bridge="br0"/><model type="virtio"/></interface>`;
    const attach = ["-c", "qemu:///system", "attach-device", "web", "/dev/stdin", "--live", "--config"];
    await kvm2.libvirt.virsh(attach, nic);
    return domain;
  };
  return {
    ...{ kvm1, kvm2, web, there, stack: running.stack },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await kvm2[Symbol.asyncDispose]();
      await kvm1[Symbol.asyncDispose]();
    },
  };
}

test(
  "a NIC whose VM libvirt has migrated says where it is and what to write, and goes on there with that",
  async () => {
    await using hosts = await twoHosts();
    const { kvm1, web, there, stack } = hosts;
    await stack.up(program);
    const mac = web.live[0]?.mac["@address"] ?? "";
    const moved = await there(mac);
    const words = `The VM web is on kvm2.example now, as libvirt migrates it, by its UUID. Go on there: write connection.host "kvm2.example" and macAddress "${mac}" at this Nic.`;

    // A definition stays behind where the migration was not told to take it along.
    web.running = false;
    web.live = [];
    expect(await stack.preview(program)).toContain(`kvm1.example: web does not run here. ${words}`);

    kvm1.libvirt.undefine("web");
    expect(await stack.preview(program)).toContain(`kvm1.example: there is no VM web any more. ${words}`);

    await stack.up({ resources: { web: nicOn("kvm2.example", "web", { macAddress: mac }), ...besides } });
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    expect(moved.inactive).toMatchObject([{ mac: { "@address": mac }, source: { "@bridge": "br0" } }]);
    expect((await stack.pulumi.destroy()).code).toBe(0);
    expect(moved.inactive).toHaveLength(1);
  },
  5 * minutes,
);

test(
  "a destroy says of a VM that runs elsewhere that its NIC stays there, and a read of one that is nowhere that it is not known",
  async () => {
    await using hosts = await twoHosts();
    const { kvm1, web, there, stack } = hosts;
    await stack.up(program);
    const mac = web.live[0]?.mac["@address"] ?? "";
    kvm1.libvirt.undefine("web");
    const told = `there is no VM web any more. No other host that was read by now has it; if it was migrated to one, go on there: write the connection of that host and macAddress "${mac}" at this Nic.`;
    expect(await stack.preview(program)).toContain(told);
    kvm1.libvirt.domains.push(web);

    const moved = await there(mac);
    web.running = false;
    web.live = [];
    const { code, stdout } = await stack.pulumi.destroy();
    expect(code).toBe(0);
    expect(stdout).toContain(`kvm1.example: its NIC ${mac} stays there. The VM web is on kvm2.example now`);
    expect(web.inactive).toEqual([]);
    expect(moved.inactive).toHaveLength(1);
  },
  5 * minutes,
);
