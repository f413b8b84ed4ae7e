import { checkConfig } from "../../../stacks/checkConfig";

const connection = { host: "kvm1.example" };

function problemsOf(host: object): readonly string[] {
  try {
    checkConfig({ hosts: { kvm1: { connection, ...host } } });
    return [];
  } catch (error) {
    return (error as Error).message.split("\n");
  }
}

const vlan = (number: number, link = "enp1s0") => ({ uplink: { link, vlan: number } });
const at = "hosts.kvm1.bridges";

test.each<[string, object, readonly string[]]>([
  [
    "a NIC",
    { bridges: { br0: { uplink: "enp1s0" }, br1: { uplink: "enp1s0" } } },
    [
      `${at}.br1.uplink: enp1s0 is that of ${at}.br0 already: one bridge is on a NIC, and the VMs of both can be on that one`,
    ],
  ],
  [
    "a NIC, by the short form",
    { bridge: { uplink: "enp1s0" }, bridges: { br1: { uplink: "enp1s0" } } },
    [
      `${at}.br1.uplink: enp1s0 is that of hosts.kvm1.bridge already: one bridge is on a NIC, and the VMs of both can be on that one`,
    ],
  ],
  [
    "a VLAN",
    { bridges: { br20: vlan(20), br21: vlan(20) } },
    [
      `${at}.br21.uplink: VLAN 20 of enp1s0 is that of ${at}.br20 already: one bridge is on a VLAN, and the VMs of both can be on that one`,
    ],
  ],
  [
    "another VLAN",
    { bridges: { br0: { uplink: "enp1s0" }, br20: vlan(20), br21: vlan(21), br22: vlan(20, "enp2s0") } },
    [],
  ],
  ["nothing", { bridges: { br8: { uplink: "none" }, br9: { uplink: "none" } } }, []],
  [
    "a bridge",
    { bridges: { br0: {}, br1: { uplink: "br0" } } },
    [`${at}.br1.uplink: br0 is a bridge itself, ${at}.br0: write the NIC that it is to be on`],
  ],
  [
    "a VLAN of a bridge",
    { bridge: {}, bridges: { br20: vlan(20, "br0") } },
    [`${at}.br20.uplink.link: br0 is a bridge itself, hosts.kvm1.bridge: write the NIC that it is to be on`],
  ],
])("bridges of one host on %s", (_, host, expected) => {
  expect(problemsOf(host)).toEqual(expected);
});

test("a reference with the end of a line in it is told in one line", () => {
  const nics = { lan: { network: "l\nan" } };
  const vms = { web: { host: "kvm\n1", nics }, db: { host: "kvm1", nics } };
  const rollout = { canary: "kvm\n2" };
  let said = "";
  try {
    checkConfig({ hosts: { kvm1: { connection, bridge: {}, networks: { wan: {} } } }, vms, rollout });
  } catch (error) {
    said = (error as Error).message;
  }
  const lines = said.split("\n");
  const wrongNames = lines.filter((line) => line.includes("must be a libvirt name"));
  expect(lines.filter((line) => !wrongNames.includes(line))).toEqual([
    expect.stringMatching(/^rollout\.canary: "kvm\\n2" is not in hosts; /),
    expect.stringMatching(/^vms\.web\.host: "kvm\\n1" is not in hosts; /),
    expect.stringMatching(/^vms\.db\.nics\.lan\.network: "l\\nan" is not in /),
  ]);
});
