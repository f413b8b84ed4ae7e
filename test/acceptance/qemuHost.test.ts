import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { macAddressOf } from "../lab/machine";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;

/** The NIC by its permanent MAC address, under a name of the user's own: what a veth pair can't be. */
const netplan = `# by hand
network:
  version: 2
  renderer: networkd
  ethernets:
    uplink:
      match:
        macaddress: ${macAddressOf("kvm1", "enp1s0")}
      set-name: lan0
      addresses: [192.0.2.100/24]
      routes:
        - to: default
          via: 192.0.2.1
      nameservers:
        addresses: [192.0.2.1]
`;
const file = "/etc/netplan/01-netcfg.yaml";

describe("a machine in QEMU whose NIC netplan matches by its MAC address and renames", () => {
  let lan: Lan;
  let host: Host;
  let stack: HomelabStack;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", kind: "qemu", netplan });
    const config = { hosts: { kvm1: { bridge: { netfilter: false, confirm: { timeout: 400 } } } } };
    stack = await HomelabStack.start({ lan, hosts: [host], config });
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const port = (name: string) => host.must(["readlink", `/sys/class/net/${name}/master`]);

  test(
    "gets its bridge, with the NIC in it under its new name",
    async () => {
      expect(await host.addresses()).toMatch(/^lan0 .*192\.0\.2\.100\/24/m);
      await succeeds(stack.up());
      expect(await host.addresses()).toMatch(/^br0 .*192\.0\.2\.100\/24/m);
      expect(await port("lan0")).toContain("/br0");
    },
    600 * seconds,
  );

  test(
    "has all of it after a reboot, and nothing to change",
    async () => {
      await host.reboot();
      expect(host.address).toBe("192.0.2.100");
      expect(await host.addresses()).toMatch(/^br0 .*192\.0\.2\.100\/24/m);
      expect(await host.addresses()).not.toMatch(/^lan0 .*192\.0\.2\.100/m);
      expect(await port("lan0")).toContain("/br0");
      await succeeds(stack.preview(["--expect-no-changes"]));
    },
    600 * seconds,
  );

  test(
    "has nothing to change where the NIC's name is another one since",
    async () => {
      const rename = (from: string, to: string) =>
        host.must([
          "sh",
          "-ec",
          `sed -i 's/set-name: ${from}/set-name: ${to}/' ${file}; netplan generate
           ip link set dev ${from} down; ip link set dev ${from} name ${to}; ip link set dev ${to} up; networkctl reload`,
        ]);
      await rename("lan0", "lan9");
      expect(await port("lan9")).toContain("/br0");
      await succeeds(stack.preview(["--expect-no-changes"]));
      await rename("lan9", "lan0");
    },
    600 * seconds,
  );

  test(
    "gets its file back byte for byte by destroy, and its address",
    async () => {
      await succeeds(stack.destroy());
      expect(await host.readFile(file)).toBe(netplan);
      expect(await host.must(["ls", "/etc/netplan", "/etc/systemd/network"])).not.toContain("kvmnet");
      expect(await host.addresses()).toMatch(/^lan0 .*192\.0\.2\.100\/24/m);
      expect((await host.exec(["ip", "link", "show", "dev", "br0"])).code).not.toBe(0);
    },
    600 * seconds,
  );
});
