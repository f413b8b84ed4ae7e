import { parse } from "yaml";
import type { Guest } from "../lab/guest";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";
import { YamlStack } from "../lab/yamlStack";

const seconds = 1000;
const connection = { host: "kvm1.example" };
/** A value of the program's own, as YAML refers to it. */
const value = (of: string) => `\${${of}}`;

/** The bridge's uplink, and a NIC with an address of its own that becomes it. */
const twoNics = `network:
  version: 2
  renderer: networkd
  ethernets:
    enp1s0:
      dhcp4: true
    enp2s0:
      addresses: [198.51.100.241/28]
`;

/** Of the NIC that is the uplink no more: the kernel gave it up as a duplicate while the bridge had its MAC address, or tries anew. */
const duplicate = /^(address .*"ifname":"enp1s0".*"local":"fe80::|route6 \{"dev":"enp1s0","dst":"fe80::[0-9a-f:]+",)/;

/** A host on which a VM runs on the bridge, all the time. */
describe.each(releasesFor(__filename))("a bridge that changes in place on %s", (release) => {
  let lan: Lan;
  let host: Host;
  let web: Guest;
  let stack: YamlStack;
  const table: string[] = [];

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release, extraNics: ["enp2s0"], netplan: twoNics });
    web = await host.startGuest({ name: "web" });
    stack = await YamlStack.start(lan, [host]);
    await stack.up(program());
  }, 900 * seconds);

  afterAll(async () => {
    console.log([`${release}: input | how | preview says | pings lost: host, VM | VM restarted`, ...table].join("\n"));
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  /** `as` names its resources, which are the same things on the host whatever their names. */
  const program = (bridge: object = {}, as = "") => {
    const on = { connection, bridge: value(`br${as}.name`) };
    const nic = { connection, domain: "web", network: value(`lan${as}.name`), macAddress: "52:54:00:00:00:01" };
    const resources = {
      br: { type: "kvmnet:Bridge", properties: { connection, ...bridge } },
      filter: { type: "kvmnet:BridgeNetfilter", properties: on },
      tap: { type: "kvmnet:Tap", properties: { ...on, name: "tap7" } },
      lan: { type: "kvmnet:Network", properties: { ...on, name: "lan" } },
      web: { type: "kvmnet:Nic", properties: nic },
    };
    return { resources: Object.fromEntries(Object.entries(resources).map(([name, one]) => [`${name}${as}`, one])) };
  };

  /** The host's addressing as a program says it: the one that it has had by DHCP, with what a test adds. */
  const fixed = ({ addresses = [], routes = [], nameservers = [] }: Partial<Record<string, unknown[]>> = {}) => ({
    addressing: {
      addresses: [`${host.address}/24`, ...addresses],
      routes: [{ to: "default", via: "192.0.2.1" }, ...routes],
      nameservers: ["192.0.2.1", ...nameservers],
    },
  });

  const changes: {
    what: string;
    to: () => { name?: string; uplink?: string };
    says: RegExp;
    is: string;
    /** Of the pings to the VM. */
    vmLost?: number;
  }[] = [
    {
      what: "mtu",
      to: () => ({ mtu: 1400 }),
      says: /mtu: 1400/,
      is: "grep -x 1400 /sys/class/net/br0/mtu; grep -x 1400 /sys/class/net/enp1s0/mtu",
    },
    {
      what: "no mtu, stp and forwardDelay",
      to: () => ({ forwardDelay: 2, stp: true }),
      says: /stp: true/,
      is: "cd /sys/class/net/br0; grep -x 200 bridge/forward_delay; grep -x 1 bridge/stp_state; grep -x 1500 mtu",
    },
    {
      what: "no stp, macAddress",
      to: () => ({ macAddress: "02:00:00:00:00:77" }),
      says: /macaddress: "?02:00:00:00:00:77/,
      is: "cd /sys/class/net/br0; grep -x 0 bridge/stp_state; grep -x 02:00:00:00:00:77 address",
    },
    {
      what: "no macAddress, addressing from DHCP to static",
      to: () => fixed(),
      says: /addresses:/,
      is: "cmp /sys/class/net/br0/address /sys/class/net/enp1s0/address; ip route show default | grep 'proto static'",
    },
    {
      what: "addressing, a second address in the same network",
      to: () => fixed({ addresses: ["192.0.2.51/24"] }),
      says: /br0 gets 192\.0\.2\.51\/24/,
      is: "ip -4 address show br0 | grep 192.0.2.51/24",
    },
    {
      what: "addressing, another second one, and others",
      to: () => fixed({ addresses: ["192.0.2.52/24", "198.51.100.77/25", "2001:db8:0:1::77/64"] }),
      says: /192\.0\.2\.51\/24 goes away once/,
      is: "ip address show br0 >/root/br0; for a in 192.0.2.52/24 198.51.100.77/25 2001:db8:0:1::77/64; do grep $a /root/br0; done; ! grep 192.0.2.51 /root/br0",
    },
    {
      what: "addressing, a route and a nameserver",
      to: () => fixed({ routes: [{ to: "198.51.100.128/25", via: "192.0.2.1" }], nameservers: ["192.0.2.10"] }),
      says: /198\.51\.100\.128\/25/,
      is: "ip route | grep '^198.51.100.128/25 via 192.0.2.1 dev br0'; resolvectl dns br0 | grep '192.0.2.1 192.0.2.10'; ! ip address show br0 | grep 192.0.2.52",
    },
    {
      // The routes that it leaves out stay, but for the default route, which is the server's to give.
      what: "addressing, from static to DHCP",
      to: () => ({ addressing: { dhcp4: true } }),
      says: /dhcp4: true/,
      is: "networkctl status br0 | grep 'DHCPv\\?4 via'; ip route | grep '^198.51.100.128/25 via 192.0.2.1 dev br0 proto static'",
    },
    {
      what: "mtu and no routes, with DHCP said in the program",
      to: () => ({ addressing: { dhcp4: true, routes: [] }, mtu: 1400 }),
      says: /mtu: 1400/,
      is: "grep -x 1400 /sys/class/net/br0/mtu; networkctl status br0 | grep 'DHCPv\\?4 via'; ! ip route | grep 198.51.100.128/25",
    },
    {
      what: 'no mtu, addressing "inherit" again',
      to: () => ({}),
      says: /- {4,}mtu: 1400/,
      is: "grep -x 1500 /sys/class/net/br0/mtu",
    },
    {
      what: "uplink",
      to: () => ({ uplink: "enp2s0" }),
      says: /bridge br0 on enp2s0 instead of enp1s0/,
      is: `[ "$(ls /sys/class/net/br0/brif | sed '/^en/!s/[0-9]*$//' | paste -sd,)" = enp2s0,tap,vnet ]; networkctl status br0 | grep 'DHCPv\\?4 via'
        cmp /sys/class/net/br0/address /sys/class/net/enp2s0/address; ! ip address | grep 198.51.100.241`,
      // The LAN's switch sends what is for the VM to the old port until the VM says something.
      vmLost: Number.POSITIVE_INFINITY,
    },
    {
      what: "name",
      to: () => ({ uplink: "enp2s0", name: "lan0" }),
      says: /\(DHCP\), .*the default route via 192\.0\.2\.1.* move from br0 to lan0/,
      is: `[ "$(ls /sys/class/net/lan0/brif | sed s/[0-9]*$// | paste -sd,)" = enp2s,tap,vnet ]; networkctl status lan0 | grep 'DHCPv\\?4 via'
        ! ls -d /sys/class/net/br0 /etc/netplan/*br0* /etc/systemd/network/*br0* /var/lib/kvmnet/bridges/br0.json
        virsh net-dumpxml lan | grep "bridge name='lan0'"; virsh dumpxml web | grep "bridge='lan0'"`,
      // libvirt takes the VM's TAP out of the bridge, and puts it in again as its network's.
      vmLost: 400,
    },
  ];

  test.each(changes)(
    "$what: the host keeps its address and the VM goes on",
    async ({ what, to, says, is, vmLost = 10 }) => {
      const uptime = await web.uptime();
      const previewed = await stack.preview(program(to()));
      expect(previewed).toMatch(says);
      expect(previewed).not.toMatch(/index:(Bridge|Network|Nic|Tap): \(replace\)/);
      await using hostPings = await lan.pingCounter(host.address);
      await using vmPings = await lan.pingCounter(await web.waitForAddress());
      await stack.up();
      const pings = [await hostPings.stop(), await vmPings.stop()];
      const how = pings.map((count) => `${count.lost} of ${count.sent}`).join(", ");
      table.push([what, "in place", says.exec(previewed)?.[0], how, "no"].join(" | "));
      await host.must(["sh", "-ec", is]);
      expect(await host.must(["ip", "route", "show", "default"])).toMatch(
        new RegExp(`^default via 192\\.0\\.2\\.1 dev ${to().name ?? "br0"}[^\n]*\n$`),
      );
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      expect(await web.uptime()).toBeGreaterThan(uptime);
      expect(await web.run(["ping", "-c", "1", "-W", "5", "192.0.2.1"])).toMatchObject({ code: 0 });
      // How long the kernel's own steps take is a busy machine's business; a bridge that is made anew waits for its lease.
      expect(pings[0]?.lost).toBeLessThanOrEqual(100);
      expect(pings[1]?.lost).toBeLessThanOrEqual(vmLost);
    },
    120 * seconds,
  );

  test.each([
    ["name", { uplink: "enp2s0", name: "lan1" }],
    ["uplink", { uplink: "enp1s0", name: "lan0" }],
  ])(
    "another %s with addresses that the host can't be reached at: undone, with all ports and addresses as they were",
    async (_, bridge) => {
      const before = await networkPicture(host, duplicate);
      const addressing = { addresses: ["198.51.100.77/25"], routes: [] };
      await stack.say(program({ ...bridge, addressing, confirm: { timeout: 15 } }));
      const { code, stdout } = await stack.pulumi.up();
      expect(code).not.toBe(0);
      expect(stdout).toMatch(/the change was rolled back, the host is as before/);
      expect(await settledPicture(host, before, duplicate)).toBe(before);
      // The LAN's switch has seen it behind the other NIC meanwhile, until it says something.
      expect(await web.run(["ping", "-c", "1", "-W", "5", "192.0.2.1"])).toMatchObject({ code: 0 });
      expect(await stack.unchanged(program({ uplink: "enp2s0", name: "lan0" }))).toEqual({ code: 0, said: "" });
    },
    120 * seconds,
  );

  test(
    "its resources under other names in the program: what they had is theirs, and nothing changes on the host",
    async () => {
      const uptime = await web.uptime();
      const things =
        "ls /var/lib/kvmnet/transactions; virsh net-list --all --uuid; virsh -q domiflist web; cat /sys/class/net/*/ifindex";
      const before = await host.must(["sh", "-ec", things]);
      expect(await stack.preview(program({ uplink: "enp2s0", name: "lan0" }, "2"))).toMatch(
        /the bridge lan0, which was br's in this stack, is taken over/,
      );
      await using pings = await lan.pingCounter(await web.waitForAddress());
      const said = await stack.up();
      expect((await pings.stop()).lost).toBeLessThanOrEqual(10);
      expect(said).toMatch(/the bridge lan0 is br2's now and stays/);
      expect(await host.must(["sh", "-ec", things])).toBe(before);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      expect(await web.uptime()).toBeGreaterThan(uptime);
    },
    120 * seconds,
  );

  test(
    "`pulumi up --replace` of all of them finds them as wanted, and leaves them",
    async () => {
      const things = "virsh net-list --all --uuid; virsh -q domiflist web; cat /sys/class/net/*/ifindex";
      const before = await host.must(["sh", "-ec", things]);
      const { deployment } = await stack.pulumi.exportStack();
      const args = (deployment.resources ?? []).flatMap(({ type, urn }) =>
        String(type).startsWith("kvmnet:") ? ["--replace", String(urn)] : [],
      );
      expect(args).toHaveLength(10);
      // A guest that says nothing would be waited for.
      await using _ = await lan.pingCounter(await web.waitForAddress());
      const stdout = await succeeds(stack.pulumi.up({ args }));
      expect(stdout).toMatch(/the bridge lan0 is br2's now and stays/);
      expect(await host.must(["sh", "-ec", things])).toBe(before);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    },
    120 * seconds,
  );

  test(
    "destroy gives the bridge's addressing to the NIC that it is on now",
    async () => {
      await stack.say({});
      await stack.up();
      expect(await host.must(["virsh", "net-list", "--all", "--name"])).not.toMatch(/^lan$/m);
      expect(await host.must(["ls", "/sys/class/net"])).not.toMatch(/tap7/);
      expect(parse(await host.readFile("/etc/netplan/01-netcfg.yaml")).network.ethernets).toEqual({
        enp1s0: {},
        enp2s0: { dhcp4: true },
      });
      expect(await host.addresses()).toMatch(new RegExp(`^enp2s0 +UP +${host.address}/24`, "m"));
      expect(await host.addresses()).not.toMatch(/^enp1s0/m);
      expect(await host.addresses()).not.toMatch(/^(br|lan)0/m);
    },
    120 * seconds,
  );
});
