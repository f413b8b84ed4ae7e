import { parse } from "yaml";
import type { Host, HostOptions } from "../lab/host";
import { Lan } from "../lab/lan";
import { YamlStack } from "../lab/yamlStack";

const seconds = 1000;

/** A bridge as wanted, over two files: kvmnet's defaults, and a key of the user's own. */
const asWanted = {
  "/etc/netplan/01-netcfg.yaml": `# kvm1, by hand
network:
    version: 2
    ethernets:
        # the LAN
        enp1s0:
            dhcp4: false
            mtu: 1500
`,
  "/etc/netplan/60-bridge.yaml": `network:
    bridges:
        # for the VMs
        br0:
            interfaces: [enp1s0]
            addresses: [192.0.2.100/24]
            routes:
                - {to: default, via: 192.0.2.1}
            nameservers: {addresses: [192.0.2.1], search: [lab.test]}
            parameters: {stp: false, forward-delay: 0, priority: 100}
        # nothing to do with it
        spare0:
            parameters: {stp: false}
            optional: true
`,
};

/** As most people write it: with the kernel's forward delay of 15 s, and a MAC address of networkd's own. */
const plain = {
  "/etc/netplan/01-netcfg.yaml": `# kvm2, by hand
network:
  version: 2
  ethernets:
    enp1s0: {}
  # for the VMs
  bridges:
    br0:
      interfaces: [enp1s0]
      dhcp4: true
`,
};

describe.each(["bookworm", "trixie"] as const)("hosts as they are found, on Debian %s", (release) => {
  let lan: Lan;
  const table: string[] = [];

  beforeAll(async () => {
    lan = await Lan.start();
  }, 900 * seconds);

  afterAll(async () => {
    console.log(["what | up | address kept | reboot survived | destroy gives back", ...table].join("\n"));
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  async function start(name: string, files: Readonly<Record<string, string>>, more: Partial<HostOptions> = {}) {
    const { "/etc/netplan/01-netcfg.yaml": netplan, ...others } = files;
    return lan.startHost({ name, release, netplan, files: others, ...more });
  }

  const program = (host: Host, properties: object = {}) => ({
    resources: {
      br0: { type: "kvmnet:Bridge", properties: { connection: { host: `${host.name}.example` }, ...properties } },
    },
  });

  test(
    "a hand-made bridge as wanted is taken over untouched; destroy gives its addressing to the NIC",
    async () => {
      await using host = await start("kvm1", asWanted);
      await using stack = await YamlStack.start(lan, [host]);
      const links = () => host.must(["sh", "-c", "ip -o link; ip -o -4 address; ip route; ls /etc/netplan"]);
      const before = await links();
      expect(await stack.preview(program(host))).toMatch(
        /br0 is there already \(\/etc\/netplan\/60-bridge\.yaml\) as wanted, and is taken over\. Nothing of the host's/,
      );
      await stack.up();
      expect(await links()).toBe(before);
      expect(await host.must(["find", "/var/lib/kvmnet", "-type", "f"])).toBe("/var/lib/kvmnet/bridges/br0.json\n");
      for (const [path, text] of Object.entries(asWanted)) expect(await host.readFile(path)).toBe(text);
      await host.reboot();
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      await using pings = await lan.pingCounter(host.address);
      expect(await stack.pulumi.destroy()).toMatchObject({ code: 0 });
      // The bridge had a MAC address of its own: the LAN has to learn the NIC's.
      expect((await pings.stop()).lost).toBeLessThanOrEqual(40);
      expect(await host.addresses()).toMatch(/^enp1s0 .*192\.0\.2\.100\/24/m);
      expect(
        await host.must(["cat", "/etc/netplan/01-netcfg.yaml", "/etc/netplan/60-bridge.yaml"]),
      ).toBe(`# kvm1, by hand
network:
    version: 2
    ethernets:
        # the LAN
        enp1s0:
            mtu: 1500
            addresses:
                - 192.0.2.100/24
            routes:
                - to: default
                  via: 192.0.2.1
            nameservers:
                addresses:
                    - 192.0.2.1
                search:
                    - lab.test
network:
    bridges:
        # for the VMs
        # nothing to do with it
        spare0:
            parameters: { stp: false }
            optional: true
`);
      await host.reboot();
      expect(host.address).toBe("192.0.2.100");
      table.push("hand-made bridge as wanted | untouched | yes | yes | the NIC has its addressing");
    },
    180 * seconds,
  );

  test(
    "a hand-made bridge is imported; what is changed of it then stands in kvmnet's file, and its address stays",
    async () => {
      await using host = await start("kvm2", plain);
      await using stack = await YamlStack.start(lan, [host]);
      const { address } = host;
      const { code, stdout } = await stack.import("kvmnet:index:Bridge", "br0", "root@kvm2.example:22/br0");
      expect({ code, said: code === 0 ? "" : stdout }).toEqual({ code: 0, said: "" });
      const printed = parse(stdout.slice(stdout.indexOf("resources:"))).resources;
      expect(printed.br0.properties).toEqual({
        connection: { host: "kvm2.example", user: "root", port: 22 },
        forwardDelay: 15,
      });
      expect(await stack.unchanged({ resources: printed })).toEqual({ code: 0, said: "" });
      expect(await stack.preview(program(host))).toMatch(
        /br0 is there already \(.*01-netcfg\.yaml\)\. What changes: the forward delay of br0 is 15 s instead of 0 s/,
      );
      await using pings = await lan.pingCounter(address);
      await stack.up();
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      expect(await host.readFile("/etc/netplan/01-netcfg.yaml")).toBe(plain["/etc/netplan/01-netcfg.yaml"]);
      expect((await pings.stop()).lost).toBeLessThanOrEqual(40);
      await host.reboot();
      expect(host.address).toBe(address);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      expect(await stack.pulumi.destroy()).toMatchObject({ code: 0 });
      expect(await host.addresses()).toMatch(new RegExp(`^enp1s0 .*${address}/24`, "m"));
      expect(await host.readFile("/etc/netplan/01-netcfg.yaml")).toBe(`# kvm2, by hand
network:
  version: 2
  ethernets:
    enp1s0:
      dhcp4: true
`);
      await host.reboot();
      expect(host.address).toBe(address);
      table.push("hand-made bridge with DHCP, imported | in place | yes | yes | the NIC has its addressing");
    },
    180 * seconds,
  );
});
