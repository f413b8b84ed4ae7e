import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import type { Guest } from "../lab/guest";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { YamlStack } from "../lab/yamlStack";

const seconds = 1000;
const connection = { host: "kvm1.example" };
/** A value of the program's own, as YAML refers to it. */
const value = (of: string) => `\${${of}}`;
const natMac = "52:54:00:00:00:01";

/** What a host has before kvmnet comes: bridges, and a network of libvirt's own that a VM is on. */
const handMade = `
for n in 0 1; do
  ip link add br$n type bridge; ip link set br$n up
  ip link set enp$((n + 2))s0 master br$n up
done
printf '<network><name>inside</name><bridge name="virbr7"/></network>' >/root/inside.xml
virsh net-define /root/inside.xml; virsh net-start inside
printf '<network><name>made</name><forward mode="bridge"/><bridge name="br0"/></network>' >/root/made.xml
virsh net-define /root/made.xml; virsh net-start made; virsh net-autostart made
`;

/** Another VM of the same name, as its maker knows it: without the NIC. */
const anew = `
virsh dumpxml db --inactive | sed "/<uuid>/d; /<interface/,/<\\/interface>/d" >/root/anew.xml
virsh undefine db
virsh define /root/anew.xml
`;

describe.each(["bookworm"] as const)("networks and NICs as they are found on Debian %s", (release) => {
  let lan: Lan;
  let host: Host;
  let web: Guest;
  let stack: YamlStack;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release, extraNics: ["enp2s0", "enp3s0"] });
    await host.must(["sh", "-ec", handMade]);
    web = await host.startGuest({ name: "web", nic: { network: "inside", macAddress: natMac } });
    stack = await YamlStack.start(lan, [host]);
  }, 900 * seconds);

  afterAll(async () => {
    console.log(["change | how | preview says | pings lost | VM restarted", ...table].join("\n"));
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  test(
    "getHost and getNic tell a program what is there",
    async () => {
      await stack.up({
        variables: {
          host: { "fn::invoke": { function: "kvmnet:getHost", arguments: { connection } } },
          nic: { "fn::invoke": { function: "kvmnet:getNic", arguments: { connection, domain: "web" } } },
        },
        outputs: { host: value("host"), nic: value("nic") },
      });
      const outputs = await stack.pulumi.outputs();
      expect(outputs.host).toMatchObject({
        hostId: (await host.readFile("/etc/machine-id")).trim(),
        hostName: "kvm1",
        release: expect.stringMatching(`^Debian GNU/Linux .*\\(${release}\\)$`),
        uplink: "enp1s0",
        addresses: [`${host.address}/24`],
        bridges: [
          { name: "br0", ports: ["enp2s0"], managed: false },
          { name: "br1", ports: ["enp3s0"], managed: false },
          { name: "virbr7", ports: [expect.stringMatching(/^vnet/)] },
        ],
        domains: [{ name: "web", running: true, nics: [{ macAddress: natMac, network: "inside", model: "virtio" }] }],
      });
      expect(outputs.nic).toMatchObject({
        macAddress: natMac,
        network: "inside",
        bridge: "virbr7",
        model: "virtio",
        linkState: "up",
        tap: expect.stringMatching(/^vnet/),
        ipAddresses: [],
        live: true,
        persistent: true,
      });
      expect(await web.uptime()).toBeGreaterThan(0);
    },
    120 * seconds,
  );

  test(
    "a network and a NIC made by hand are imported, and the code that import prints previews empty",
    async () => {
      await using stack = await YamlStack.start(lan, [host]);
      const network = await stack.import("kvmnet:index:Network", "made", "kvm1.example/made");
      expect({ code: network.code, said: network.stdout }).toMatchObject({ code: 0 });
      const nic = await stack.import("kvmnet:index:Nic", "found", `root@kvm1.example:22/web/${natMac}`);
      expect({ code: nic.code, said: nic.stdout }).toMatchObject({ code: 0 });
      const printed = [network, nic].map(({ stdout }) => parse(stdout.slice(stdout.indexOf("resources:"))).resources);
      expect(await stack.unchanged({ resources: Object.assign({}, ...printed) })).toEqual({ code: 0, said: "" });
    },
    120 * seconds,
  );

  test.each([
    ["an ID without a host", "kvmnet:index:Network", "made", /a Network is imported by .*, like kvm1\.example\/lan/],
    [
      "a NAT network",
      "kvmnet:index:Network",
      "kvm1.example/inside",
      /inside has the forward mode none, bridge virbr7; a Network is/,
    ],
    ["a NIC that is not there", "kvmnet:index:Nic", "kvm1.example/web/52:54:00:00:00:09", /it has 52:54:00:00:00:01/],
    ["a host that is none", "kvmnet:index:Network", "kvm2.example/made", /kvm2\.example/],
  ])(
    "%s is no import, in words",
    async (_, type, id, words) => {
      const { code, stdout } = await stack.import(type, "other", id);
      expect(code).not.toBe(0);
      expect(stdout).toMatch(words);
    },
    60 * seconds,
  );

  /** What the stack has from here on: networks taken over or made, and the NIC that the VM had on one of its own. */
  const program = ({ network = {}, nic = {} }: { network?: object; nic?: object } = {}) => ({
    resources: {
      made: { type: "kvmnet:Network", properties: { connection, bridge: "br0", ...network } },
      web: {
        type: "kvmnet:Nic",
        properties: { connection, domain: "web", network: value("made.name"), macAddress: natMac, ...nic },
      },
    },
    outputs: { previous: value("web.previous"), ipAddresses: value("web.ipAddresses") },
  });
  const table: string[] = [];

  test(
    "a network as wanted is taken over untouched, and a NIC that the VM has is moved to it, not added",
    async () => {
      expect(await stack.preview(program())).toMatch(
        /web has the NIC 52:54:00:00:00:01 already\. web's NIC 52:54:00:00:00:01 moves from network inside to network made, live\./,
      );
      const uuid = await host.must(["virsh", "net-uuid", "made"]);
      const uptime = await web.uptime();
      await stack.up();
      expect(await host.must(["virsh", "net-uuid", "made"])).toBe(uuid);
      expect(await macsOf(host, "web")).toEqual([natMac]);
      expect(await stack.pulumi.outputs()).toEqual({
        previous: { network: "inside", model: "virtio", linkState: "up", xml: expect.stringContaining(natMac) },
        ipAddresses: [await web.waitForAddress()],
      });
      expect(await web.uptime()).toBeGreaterThan(uptime);
      await stack.reimport();
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    },
    120 * seconds,
  );

  const changes: { what: string; to: Parameters<typeof program>[0]; says: RegExp; is: string }[] = [
    {
      what: "the network on another bridge",
      to: { network: { bridge: "br1" } },
      says: /web moves to br1 with the network made, live, without a restart/,
      is: 'virsh dumpxml web | grep -q "bridge=.br1."; [ "$(ls /sys/class/net/br1/brif | grep -c vnet)" = 1 ]',
    },
    {
      what: "the NIC on a bridge instead of a network",
      to: { nic: { network: null, bridge: "br0" } },
      says: /moves from network made to bridge br0, live\./,
      is: '[ "$(ls /sys/class/net/br0/brif | grep -c vnet)" = 1 ]',
    },
    {
      what: "the NIC on its network again",
      to: {},
      says: /moves from bridge br0 to network made, live\./,
      is: 'virsh domiflist web --inactive | grep -q "network *made"',
    },
    {
      what: "the link down",
      to: { nic: { linkState: "down" } },
      says: /its link goes down, live\./,
      is: `virsh domif-getlink web ${natMac} | grep -q down`,
    },
    {
      what: "the link up",
      to: {},
      says: /its link goes up, live\./,
      is: `virsh domif-getlink web ${natMac} | grep -q up`,
    },
    {
      what: "another model",
      to: { nic: { model: "e1000" } },
      says: /becomes a e1000 in the definition; the running VM keeps its virtio until it was shut down and started/,
      is: "virsh domiflist web --inactive | grep -q e1000; virsh domiflist web | grep -q virtio",
    },
    {
      what: "the first model again",
      to: {},
      says: /becomes a virtio in the definition/,
      is: "virsh domiflist web --inactive | grep -q virtio",
    },
  ];

  test.each(changes)(
    "$what: in place, and the VM goes on",
    async ({ what, to, says, is }) => {
      const address = await web.waitForAddress();
      const uptime = await web.uptime();
      const previewed = await stack.preview(program(to));
      expect(previewed).toMatch(says);
      expect(previewed).not.toMatch(/replace/);
      await using pings = await lan.pingCounter(address);
      await stack.up();
      const { lost, sent } = await pings.stop();
      await host.must(["sh", "-ec", is]);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      expect(await web.uptime()).toBeGreaterThan(uptime);
      table.push([what, "in place", says.exec(previewed)?.[0], `${lost} of ${sent}`, "no"].join(" | "));
    },
    120 * seconds,
  );

  test(
    "the network under another name: a new one is made, the VM moves to it live, then the old one goes",
    async () => {
      const address = await web.waitForAddress();
      const uptime = await web.uptime();
      const renamed = program({ network: { name: "dmz" } });
      expect(await stack.preview(renamed)).toMatch(/web's NIC \S+ moves from network made to network dmz, live\./);
      await using pings = await lan.pingCounter(address);
      await stack.up();
      const { lost, sent } = await pings.stop();
      expect(lost).toBeLessThanOrEqual(10);
      // It was there before.
      expect(await host.must(["virsh", "net-list", "--all", "--name"])).toMatch(/^made$/m);
      for (const side of [[], ["--inactive"]])
        expect(await host.must(["virsh", "domiflist", "web", ...side])).toMatch(/(network|bridge) *dmz *virtio/);
      expect(await host.must(["ls", "/sys/class/net/br0/brif"])).toMatch(/^vnet/m);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      expect(await web.uptime()).toBeGreaterThan(uptime);
      table.push(`the network's name | replaced, the new one first | moves live | ${lost} of ${sent} | no`);
    },
    120 * seconds,
  );

  test(
    "a network under another name keeps its old one for as long as a VM of others runs on that",
    async () => {
      const mac = "52:54:00:00:00:33";
      const nic = ["--type", "network", "--source", "dmz", "--mac", mac, "--model", "virtio", "--live"];
      await host.must(["virsh", "attach-interface", "web", ...nic]);
      await stack.say(program());
      const { code, stdout } = await stack.pulumi.up();
      expect(stdout).toMatch(/the network dmz can't be deleted: web runs on it\. Shut down or detach first\./);
      expect(code).not.toBe(0);
      expect(await host.must(["virsh", "domiflist", "web"])).toMatch(/bridge *made *virtio *52:54:00:00:00:01/);
      await host.must(["virsh", "detach-interface", "web", "bridge", "--mac", mac, "--live"]);
      while ((await host.must(["virsh", "domiflist", "web"])).includes(mac)) await sleep(100);
      await stack.up();
      expect(await host.must(["virsh", "net-list", "--all", "--name"])).not.toMatch(/^dmz$/m);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    },
    120 * seconds,
  );

  const further = (name: string, domain: string) => ({
    ...program(),
    resources: {
      ...program().resources,
      [name]: {
        type: "kvmnet:Nic",
        properties: { connection, domain, network: value("made.name"), waitForAddress: 0 },
      },
    },
  });

  test(
    "a guest that does not let its NIC go is an error, and the NIC stays in the stack and in the VM's definition",
    async () => {
      await stack.up(further("second", "web"));
      await host.must(["virsh", "suspend", "web"]);
      await stack.say(program());
      const { code, stdout } = await stack.pulumi.up();
      expect(stdout).toMatch(/web is paused, and a guest lets a NIC go only while it runs: virsh resume web/);
      expect(code).not.toBe(0);
      expect(await macsOf(host, "web")).toHaveLength(2);
      await host.must(["virsh", "resume", "web"]);
      await stack.up();
      expect(await macsOf(host, "web")).toEqual([natMac]);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    },
    180 * seconds,
  );

  test(
    "a VM that was made anew under its old name gets its NIC by the next up",
    async () => {
      await host.startGuest({ name: "db", running: false });
      await stack.up(further("db", "db"));
      await host.must(["sh", "-ec", anew]);
      expect(await stack.preview()).toMatch(/the VM db was made anew: its UUID is/);
      await stack.up();
      expect(await macsOf(host, "db")).toHaveLength(1);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    },
    120 * seconds,
  );

  test(
    "destroy gives the NIC back where it was before",
    async () => {
      expect(await stack.pulumi.destroy()).toMatchObject({ code: 0 });
      expect(await host.must(["virsh", "domiflist", "web"])).toMatch(/network *inside *virtio *52:54:00:00:00:01/);
      expect(await host.must(["virsh", "domiflist", "web", "--inactive"])).toMatch(/network *inside *virtio/);
    },
    120 * seconds,
  );
});

/** The MAC addresses of the NICs that a VM's definition has. */
async function macsOf(host: Host, domain: string): Promise<string[]> {
  const list = await host.must(["virsh", "-q", "domiflist", domain, "--inactive"]);
  return list.match(/([0-9a-f]{2}:){5}[0-9a-f]{2}/g) ?? [];
}
