import { chosen } from "../lab/chosen";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { confirm, isCutOffThenUndone, pingedDestroy, pingedUp, upIsUndone } from "../lab/ownerRows";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;
const path = "/etc/network/interfaces";

/** As it is written for ifupdown too. */
const byPerson = `# a server
auto lo
iface lo inet loopback

auto enp1s0
iface enp1s0 inet static
	address 192.0.2.100   
	netmask 255.255.255.0
	# the router
	gateway 192.0.2.1
	mtu 1400
	post-up ip route add 203.0.113.0/24 via 192.0.2.1 dev $IFACE || true
iface enp1s0 inet6 static
	address 2001:db8:0:1::100/64

source /etc/network/interfaces.d/*
`;

/** In ifupdown2's own ways, without a newline at its end. */
const inOneStanza = `auto lo
iface lo

allow-hotplug enp1s0
iface enp1s0
    address 192.0.2.100/24
    address 192.0.2.110/24
    address 2001:db8:0:1::100/64
    gateway 192.0.2.1`;

/** A second NIC of Proxmox VE's, which has no address. A bridge without `hwaddress` has another MAC address after some boots. */
const byProxmox = `auto lo
iface lo inet loopback

iface enp1s0 inet manual

iface enp2s0 inet manual

auto vmbr0
iface vmbr0 inet static
	address 192.0.2.100/24
	gateway 192.0.2.1
	bridge-ports enp1s0
	bridge-stp off
	bridge-fd 0
	hwaddress 02:00:00:00:00:07

source /etc/network/interfaces.d/*
`;

const hosts = [
  {
    name: "as it is written for ifupdown too, with IPv6 and an MTU",
    interfaces: byPerson,
  },
  {
    name: "with several addresses in a stanza that names no family",
    interfaces: inOneStanza,
  },
];

describe.each(releasesFor(__filename))("a host on %s whose NIC ifupdown2 has", (release) => {
  let lan: Lan;

  beforeEach(async () => {
    lan = await Lan.start();
  }, 60 * seconds);

  afterEach(() => lan?.[Symbol.asyncDispose](), 60 * seconds);

  const start = (interfaces: string, parts: object = {}): Promise<Host> =>
    lan.startHost({ name: "kvm1", release, interfaces, ifupdown2: true, ...parts });
  const has = async (host: Host) =>
    (await host.must(["ifquery", "-a", "--print-savedstate"])).match(/(?<=^iface )\S+/gm) ?? [];
  // Debian 13's ends with an error, of a folder that iproute2 has elsewhere now, and has done its work.
  const reload = (host: Host) => host.exec(["ifreload", "-a"]);

  test.each(chosen(hosts, 1, "ifupdown2"))(
    "$name: bridged, kept over restarts, changed, healed, and given back byte for byte",
    async ({ interfaces }) => {
      await using host = await start(interfaces);
      const before = await networkPicture(host);
      const owned = await has(host);
      const config = (bridge: object = {}) => ({ hosts: { kvm1: { bridge: { confirm, ...bridge } } } });
      await using stack = await HomelabStack.start({ lan, hosts: [host], config: config() });
      const preview = await succeeds(stack.preview());
      expect(preview).toMatch(/192\.0\.2\.100\/24.* move from enp1s0 to br0\./);
      expect(preview).toMatch(/^ +\+\tbridge-ports enp1s0$/m);
      expect(await networkPicture(host)).toBe(before);

      await upIsUndone(stack, host, before);
      expect(await host.readFile(path)).toBe(interfaces);
      expect((await has(host)).sort()).toEqual(owned.sort());

      expect(await pingedUp(stack, host, `${release}, ifupdown2`)).toBeLessThanOrEqual(2);
      const isOn = async (bridge: string) => {
        const addresses = await host.addresses();
        expect(addresses).toMatch(new RegExp(`^${bridge} .*192.0.2.100/24`, "m"));
        expect(await host.must(["ip", "-6", "address", "show", "dev", bridge])).toContain("2001:db8:0:1::100/64");
        expect(addresses).not.toMatch(/^enp1s0/m);
        expect(await host.must(["ip", "route"])).toMatch(new RegExp(`^default via 192\\.0\\.2\\.1 dev ${bridge}`, "m"));
        expect(await has(host)).toContain(bridge);
        const forwarding = ["ipv4", "ipv6"].map((family) => `/proc/sys/net/${family}/conf/${bridge}/forwarding`);
        expect(await host.must(["cat", ...forwarding])).toBe("0\n0\n");
        // What ifupdown2 itself finds of its stanzas.
        expect(await host.must(["ifquery", "--check", bridge])).not.toMatch(/\[fail\]/);
      };
      await isOn("br0");
      expect(await succeeds(stack.refresh())).not.toMatch(/drift|warning/i);
      await succeeds(stack.up(["--expect-no-changes"]));

      await host.must(["sh", "-c", "ip tuntap add vnet0 mode tap; ip link set vnet0 master br0 up"]);
      await reload(host);
      await isOn("br0");
      expect(await host.must(["ls", "/sys/class/net/br0/brif"])).toBe("enp1s0\nvnet0\n");
      await host.must(["ip", "link", "delete", "vnet0"]);
      await host.must(["sh", "-c", "ifdown br0; ifup br0"]);
      await isOn("br0");
      await host.reboot();
      await isOn("br0");
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));

      const byHand =
        "sed -i -e '1i iface enp9s0 inet manual' -e '/bridge-fd/d' $0; ip link set br0 type bridge forward_delay 1500";
      await host.must(["sh", "-c", byHand, path]);
      const seen = await succeeds(stack.preview(["--refresh"]));
      expect(seen).toMatch(/kvm1 refresh \[diff: \+drift\]/);
      expect(seen).toMatch(/^ +\+\tbridge-fd 0$/m);
      await succeeds(stack.up(["--refresh"]));
      await isOn("br0");
      expect(await host.readFile(path)).toMatch(/^iface enp9s0 inet manual\n[\s\S]*bridge-fd 0\n/);
      await host.must(["sh", "-c", "sed -i '/enp9s0/d' $0", path]);
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));

      await stack.configure(config({ name: "lan0" }));
      await succeeds(stack.up());
      await isOn("lan0");
      expect(await host.readFile(path)).not.toContain("br0");
      expect(await has(host)).not.toContain("br0");
      const addresses = ["192.0.2.100/24", "192.0.2.120/24", "2001:db8:0:1::100/64"];
      const routes = [{ to: "default", via: "192.0.2.1" }];
      await stack.configure(config({ name: "lan0", mtu: 1300, addressing: { addresses, routes } }));
      await succeeds(stack.up());
      const isChanged = async () => {
        await isOn("lan0");
        expect(await host.addresses()).toMatch(/^lan0 .*192\.0\.2\.120\/24/m);
        const mtus = await host.must(["cat", "/sys/class/net/lan0/mtu", "/sys/class/net/enp1s0/mtu"]);
        expect(mtus).toBe("1300\n1300\n");
      };
      await isChanged();
      await host.reboot();
      await isChanged();
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));

      expect(await pingedDestroy(stack, host, `${release}, ifupdown2`)).toBeLessThanOrEqual(2);
      expect(await settledPicture(host, before)).toBe(before);
      expect(await host.readFile(path)).toBe(interfaces);
      expect((await has(host)).sort()).toEqual(owned.sort());
      await host.reboot();
      expect(await settledPicture(host, before)).toBe(before);
    },
    600 * seconds,
  );

  test(
    "vmbr1 on a second NIC, which has no address, stands behind vmbr0 as Proxmox VE would write it, and goes without a trace",
    async () => {
      await using host = await start(byProxmox, { extraNics: ["enp2s0"] });
      const before = await networkPicture(host);
      const owned = await has(host);
      const config = (bridge: object = {}) => ({
        hosts: { kvm1: { bridge: { name: "vmbr1", uplink: "enp2s0", ...bridge } } },
      });
      await using stack = await HomelabStack.start({ lan, hosts: [host], config: config() });
      expect(await pingedUp(stack, host, `${release}, ifupdown2, beside vmbr0`)).toBeLessThanOrEqual(2);
      const isThere = async () => {
        expect(await host.must(["ls", "/sys/class/net/vmbr1/brif"])).toBe("enp2s0\n");
        await host.must([
          "timeout",
          "10",
          "sh",
          "-c",
          "until grep -qx up /sys/class/net/vmbr1/operstate; do sleep 0.1; done",
        ]);
        expect(await host.must(["ip", "address", "show", "dev", "vmbr1", "scope", "global"])).toBe("");
        expect(await has(host)).toContain("vmbr1");
      };
      await isThere();
      expect(await host.readFile(path)).toMatch(
        /^\thwaddress \S+\n# kvmnet vmbr1 begin.*\n\nauto vmbr1\niface vmbr1 inet manual\n\tbridge-ports enp2s0\n/m,
      );
      await reload(host);
      await isThere();
      await host.reboot();
      await isThere();
      expect(await succeeds(stack.refresh())).not.toMatch(/drift|warning/i);
      await stack.configure(config({ mtu: 1400 }));
      await succeeds(stack.up());
      await host.reboot();
      await isThere();
      const mtus = await host.must(["cat", "/sys/class/net/vmbr1/mtu", "/sys/class/net/enp2s0/mtu"]);
      expect(mtus).toBe("1400\n1400\n");
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));

      await succeeds(stack.destroy());
      expect(await host.readFile(path)).toBe(byProxmox);
      expect((await has(host)).sort()).toEqual(owned.sort());
      // A NIC that was up once keeps the queue of that.
      const down = before.replace('"qdisc":"noop"', '"qdisc":"noqueue"');
      expect(await settledPicture(host, down)).toBe(down);
      await host.reboot();
      expect(await settledPicture(host, before)).toBe(before);
    },
    400 * seconds,
  );

  test(
    "a change is undone at the boot after a power cut; a confirmed one by kvmnet undo",
    async () => {
      await using host = await start(inOneStanza);
      const [before, owned] = [await networkPicture(host), await has(host)];
      const config = { hosts: { kvm1: { bridge: {} } } };
      await using stack = await HomelabStack.start({ lan, hosts: [host], config });
      const isAsBefore = async () => {
        expect(await settledPicture(host, before)).toBe(before);
        expect(await host.readFile(path)).toBe(inOneStanza);
        expect((await has(host)).sort()).toEqual(owned.sort());
      };
      await isCutOffThenUndone(stack, host, isAsBefore);
    },
    300 * seconds,
  );
});
