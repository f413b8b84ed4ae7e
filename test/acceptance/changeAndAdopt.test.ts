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
ip link add br0 type bridge; ip link set br0 up
ip link add br1 type bridge; ip link set br1 up
printf '<network><name>inside</name><bridge name="virbr7"/></network>' >/root/inside.xml
virsh net-define /root/inside.xml; virsh net-start inside
printf '<network><name>made</name><forward mode="bridge"/><bridge name="br0"/></network>' >/root/made.xml
virsh net-define /root/made.xml; virsh net-start made; virsh net-autostart made
`;

describe.each(["bookworm"] as const)("networks and NICs as they are found on Debian %s", (release) => {
  let lan: Lan;
  let host: Host;
  let web: Guest;
  let stack: YamlStack;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release });
    await host.must(["sh", "-ec", handMade]);
    web = await host.startGuest({ name: "web", nic: { network: "inside", macAddress: natMac } });
    stack = await YamlStack.start(lan, [host]);
  }, 900 * seconds);

  afterAll(async () => {
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
          { name: "br0", ports: [], managed: false },
          { name: "br1", ports: [], managed: false },
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
      await stack.say({});
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
    ["a NAT network", "kvmnet:index:Network", "kvm1.example/inside", /inside has the forward mode none; a Network is/],
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
});
