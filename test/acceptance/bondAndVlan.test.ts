import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { YamlStack } from "../lab/yamlStack";

const seconds = 1000;
/** The other machine in the VLAN. */
const disks = "198.51.100.202";

/** The LAN by a bond of both NICs; on it a VLAN, without a gateway. */
const files = {
  "/etc/netplan/01-netcfg.yaml": `# kvm1, by hand
network:
  version: 2
  renderer: networkd
  ethernets: {enp1s0: {}, enp2s0: {}}
  bonds:
    # two cables to one switch
    bond0:
      interfaces: [enp1s0, enp2s0]
      parameters:
        mode: active-backup
        mii-monitor-interval: 100
      addresses: [192.0.2.100/24]
      routes:
        - to: default
          via: 192.0.2.1
      nameservers:
        addresses: [192.0.2.1]
`,
  "/etc/netplan/20-vlans.yaml": `network:
  vlans:
    storage: {id: 20, link: bond0, addresses: [198.51.100.201/29]} # the disks
`,
};

describe("a machine in QEMU whose uplinks are a bond, and a VLAN on it", () => {
  let lan: Lan;
  let host: Host;
  let stack: YamlStack;
  const table: string[] = [];

  beforeAll(async () => {
    lan = await Lan.start();
    const { "/etc/netplan/01-netcfg.yaml": netplan, ...others } = files;
    host = await lan.startHost({ name: "kvm1", kind: "qemu", netplan, files: others });
    await lan.taggedStandIn({ address: disks, tag: 20 });
    stack = await YamlStack.start(lan, [host]);
  }, 900 * seconds);

  afterAll(async () => {
    console.log(["what | up | address kept | reboot survived | destroy gives back", ...table].join("\n"));
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const bridge = (properties: object) => ({
    type: "kvmnet:Bridge",
    properties: { connection: { host: "kvm1.example" }, ...properties },
  });
  const programOf = (probes: object[]) => ({
    resources: {
      br0: bridge({ confirm: { timeout: 180 } }),
      br20: bridge({ name: "br20", uplink: "storage", confirm: { timeout: 180, probes } }),
    },
  });
  const areBridged = async () => {
    expect(await host.addresses()).toMatch(/^br0 .*192\.0\.2\.100\/24/m);
    expect(await host.addresses()).toMatch(/^br20 .*198\.51\.100\.201\/29/m);
    const links = await host.must(["ip", "-o", "-d", "link"]);
    expect(links).toMatch(/ bond0: .* master br0 .* bond mode active-backup /);
    expect(links).toMatch(/ storage@bond0: .* master br20 .* vlan protocol 802\.1Q id 20 /);
    expect(links.match(/ enp[12]s0: .* master bond0 /g)).toHaveLength(2);
  };

  test(
    "a preview refuses a VLAN of which nothing would prove that it still works",
    async () => {
      await expect(stack.preview(programOf([]))).rejects.toThrow(/confirm\.probes: .* proves nothing of the LAN/);
    },
    120 * seconds,
  );

  test(
    "the addresses of both go to their bridges",
    async () => {
      await stack.up(programOf([{ ping: disks }]));
      await areBridged();
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    },
    300 * seconds,
  );

  test(
    "a reboot finds the same",
    async () => {
      await host.reboot();
      expect(host.address).toBe("192.0.2.100");
      await areBridged();
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    },
    300 * seconds,
  );

  test(
    "destroy gives both their addresses back, and the files byte for byte",
    async () => {
      expect(await stack.pulumi.destroy()).toMatchObject({ code: 0 });
      for (const [path, text] of Object.entries(files)) expect(await host.readFile(path)).toBe(text);
      expect(await host.must(["ls", "/etc/netplan", "/etc/systemd/network"])).not.toContain("kvmnet");
      expect(await host.addresses()).toMatch(/^bond0 .*192\.0\.2\.100\/24/m);
      expect(await host.addresses()).toMatch(/^storage@bond0 .*198\.51\.100\.201\/29/m);
      table.push("bond | in place | yes | yes | byte for byte", "VLAN on it | in place | yes | yes | byte for byte");
    },
    300 * seconds,
  );
});
