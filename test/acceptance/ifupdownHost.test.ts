import { chosen } from "../lab/chosen";
import { foundOn } from "../lab/foundOn";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { confirm, isCutOffThenUndone, pingedUp, upIsUndone } from "../lab/ownerRows";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;
const path = "/etc/network/interfaces";

/** As Debian's installer writes it. */
const byInstaller = `# This file describes the network interfaces available on your system
# and how to activate them. For more information, see interfaces(5).

source /etc/network/interfaces.d/*

# The loopback network interface
auto lo
iface lo inet loopback

# The primary network interface
allow-hotplug enp1s0
iface enp1s0 inet static
	address 192.0.2.100/24   
	gateway 192.0.2.1
	# dns-* options are implemented by the resolvconf package, if installed
	dns-nameservers 192.0.2.1
	dns-search lab.test
	up ip route add 203.0.113.0/24 via 192.0.2.1 || true
`;

/** Older, in less usual ways, and with IPv6; without a newline at its end. */
const byPerson = `auto lo enp1s0
iface lo inet loopback
iface spare inet manual
    mtu 1400
iface enp8s0 inherits spare
iface enp1s0 inet static
    address 192.0.2.100
    netmask 255.255.255.0
    # the router
    gateway \\
        192.0.2.1
    mtu 1400
iface enp1s0 inet6 static
    address 2001:db8:0:1::100/64`;

const hosts = [
  {
    name: "as the installer wrote it",
    interfaces: byInstaller,
  },
  {
    name: "with a netmask, IPv6 and an MTU",
    interfaces: byPerson,
  },
];

describe.each(releasesFor(__filename))("a host on %s whose NIC is ifupdown's", (release) => {
  let lan: Lan;

  beforeAll(async () => {
    lan = await Lan.start();
  }, 60 * seconds);

  afterAll(() => lan?.[Symbol.asyncDispose](), 60 * seconds);

  const start = (interfaces: string): Promise<Host> => lan.startHost({ name: "kvm1", release, interfaces });

  test.each(chosen(hosts, 2, "ifupdown"))(
    "$name: bridged, kept over restarts, changed, healed, and given back byte for byte",
    async ({ interfaces }) => {
      await using host = await start(interfaces);
      const before = await networkPicture(host);
      const mode = () => host.must(["stat", "-c", "%a %U:%G", path]);
      const [owned, ifstate] = [await mode(), await host.readFile("/run/network/ifstate")];
      const config = (bridge: object = {}) => ({ hosts: { kvm1: { bridge: { confirm, ...bridge } } } });
      await using stack = await HomelabStack.start({ lan, hosts: [host], config: config() });
      const preview = await succeeds(stack.preview());
      expect(preview).toMatch(/192\.0\.2\.100\/24.* move from enp1s0 to br0\./);
      expect(preview).toMatch(/^ +\+\+\+ \/etc\/network\/interfaces$/m);
      expect(preview).toMatch(/^ +\+auto br0$/m);
      expect(await networkPicture(host)).toBe(before);

      await upIsUndone(stack, host, before);
      expect(await host.readFile(path)).toBe(interfaces);
      expect((await host.readFile("/run/network/ifstate")).split("\n").sort()).toEqual(ifstate.split("\n").sort());

      expect(await pingedUp(stack, host, `${release}, ifupdown`)).toBeLessThanOrEqual(2);
      const isOn = async (bridge: string) => {
        const addresses = await host.addresses();
        expect(addresses).toMatch(new RegExp(`^${bridge} .*192.0.2.100/24`, "m"));
        expect(addresses).not.toMatch(/^enp1s0/m);
        expect(await host.must(["ip", "route"])).toMatch(new RegExp(`^default via 192\\.0\\.2\\.1 dev ${bridge}`, "m"));
        expect(await host.must(["ifquery", "--state"])).toMatch(new RegExp(`^${bridge}=${bridge}$`, "m"));
        expect(await host.must(["getent", "hosts", "router.lab.test"])).toContain("192.0.2.1");
      };
      await isOn("br0");
      expect(await succeeds(stack.refresh())).not.toMatch(/drift|warning/i);
      await succeeds(stack.up(["--expect-no-changes"]));

      await host.must(["systemctl", "restart", "networking"]);
      await isOn("br0");
      await host.must(["sh", "-c", "ifdown br0; ifup br0"]);
      await isOn("br0");
      await host.reboot();
      await isOn("br0");
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));

      const byHand =
        "sed -i -e '1i iface enp9s0 inet manual' -e '/forward_delay/d' $0; ip link set br0 type bridge forward_delay 1500";
      await host.must(["sh", "-c", byHand, path]);
      const seen = await succeeds(stack.preview(["--refresh"]));
      expect(seen).toMatch(/kvm1 refresh \[diff: \+drift\]/);
      expect(seen).toMatch(/^ +\+\tpre-up ip link set br0 type bridge forward_delay 0$/m);
      await succeeds(stack.up(["--refresh"]));
      await isOn("br0");
      expect(await host.readFile(path)).toMatch(/^iface enp9s0 inet manual\n[\s\S]*forward_delay 0\n/);
      await host.must(["sh", "-c", "sed -i '/enp9s0/d' $0", path]);
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));

      await stack.configure(config({ name: "lan0" }));
      await succeeds(stack.up());
      await isOn("lan0");
      expect(await host.readFile(path)).not.toContain("br0");
      const addressing = { addresses: ["192.0.2.100/24", "192.0.2.120/24"] };
      await stack.configure(config({ name: "lan0", mtu: 1300, addressing }));
      await succeeds(stack.up());
      await isOn("lan0");
      expect(await host.addresses()).toMatch(/^lan0 .*192\.0\.2\.120\/24/m);
      await host.reboot();
      await isOn("lan0");
      expect(await host.addresses()).toMatch(/^lan0 .*192\.0\.2\.120\/24/m);
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));

      await succeeds(stack.destroy());
      expect(await settledPicture(host, before)).toBe(before);
      expect([await host.readFile(path), await mode()]).toEqual([interfaces, owned]);
      expect(await host.must(["ifquery", "--state"])).toMatch(/^enp1s0=enp1s0$/m);
      await host.reboot();
      expect(await settledPicture(host, before)).toBe(before);
    },
    600 * seconds,
  );

  test(
    "a change is undone at the boot after a power cut; a confirmed one by kvmnet undo",
    async () => {
      await using host = await start(byInstaller);
      const before = await networkPicture(host);
      const config = { hosts: { kvm1: { bridge: {} } } };
      await using stack = await HomelabStack.start({ lan, hosts: [host], config });
      const isAsBefore = async () => {
        expect(await settledPicture(host, before)).toBe(before);
        expect(await host.readFile(path)).toBe(byInstaller);
        expect(await host.must(["ifquery", "--state"])).toMatch(/^enp1s0=enp1s0$/m);
      };
      await isCutOffThenUndone(stack, host, isAsBefore);
    },
    300 * seconds,
  );

  test(
    "a VM is on the LAN by it, and stays there when ifupdown is started anew; DHCP that nobody asks is refused in words",
    async () => {
      await using host = await start(byInstaller);
      await using web = await host.startGuest({ name: "web" });
      const config = {
        hosts: { kvm1: { bridge: {}, networks: { lan: {} } } },
        vms: { web: { host: "kvm1", nics: { lan: { network: "lan" } } } },
      };
      await using stack = await HomelabStack.start({ lan, hosts: [host], config });
      await host.must(["sed", "-i.kept", "s/inet static/inet dhcp/", path]);
      const refused = await stack.preview();
      expect(refused.code).not.toBe(0);
      expect(refused.stdout).toMatch(
        /enp1s0 asks DHCP by ifupdown's files, and no DHCP client runs for it\. Run ifdown and/,
      );
      await host.must(["mv", `${path}.kept`, path]);

      await succeeds(stack.up());
      const address = await web.waitForAddress();
      const answers = () => succeeds(lan.engine.run(["ping", "-c", "3", "-W", "2", address]));
      await answers();
      await host.must(["systemctl", "restart", "networking"]);
      await answers();
      expect(await foundOn(host)).toEqual([]);
      await succeeds(stack.destroy());
      expect(await host.readFile(path)).toBe(byInstaller);
    },
    300 * seconds,
  );
});
