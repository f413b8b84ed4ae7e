import { foundOn } from "../lab/foundOn";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import {
  confirm,
  isCutOffThenUndone,
  leaseMovesInPreview,
  pingedDestroy,
  pingedUp,
  upIsUndone,
  upWithoutDhcp,
} from "../lab/ownerRows";
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
iface enp1s0 inet dhcp
`;

/** Who asks DHCP on which link, "dhclient br0": as the processes say it. */
const clients = `for process in /proc/[0-9]*; do
  read -r name <"$process/comm" || continue
  words=$(tr '\\0' ' ' <"$process/cmdline")
  case $name:$words in
  dhclient:*) set -- $words; shift $(($# - 1)); echo "$name $1" ;;
  dhcpcd:"dhcpcd: ["*) ;;
  dhcpcd:*) set -- $words; echo "$name $2" ;;
  esac
done 2>/dev/null`;

/** Waits until a DHCP server has lent the NIC its address anew: dhclient is one process then, and one of dhcpcd's is named for it. */
const leased = {
  dhclient: `until [ "$(${clients})" = "dhclient enp1s0" ]; do sleep 0.5; done`,
  dhcpcd: `until grep -qs '[B]OOTP proxy. 192' /proc/[0-9]*/cmdline; do sleep 0.5; done`,
};
/** dhcpcd makes itself such an address where no server answers, and keeps it where it finds its lease's on the NIC already. */
const madeUp = /"169\.254\./;

describe.each(releasesFor(__filename))("a host on %s whose NIC ifupdown has by DHCP", (release) => {
  const program = release === "bookworm" ? "dhclient" : "dhcpcd";
  const config = (bridge: object = {}) => ({ hosts: { kvm1: { bridge: { confirm, ...bridge } } } });
  let lan: Lan;

  beforeAll(async () => {
    lan = await Lan.start();
  }, 60 * seconds);

  afterAll(() => lan?.[Symbol.asyncDispose](), 60 * seconds);

  /** The host has its address on this link, by one client that has it there. */
  async function isOn(host: Host, link: string) {
    const addresses = await host.addresses();
    expect(addresses).toMatch(new RegExp(`^${link} .*${host.address}/24`, "m"));
    expect(addresses.match(/192\.0\.2\.\d+\/24/g)).toEqual([`${host.address}/24`]);
    expect(await host.must(["ip", "-4", "route", "show", "default"])).toMatch(
      new RegExp(`^default via 192\\.0\\.2\\.1 dev ${link} .*\n$`),
    );
    expect(await host.must(["ip", "-4", "address", "show", "dev", link])).toMatch(/valid_lft \d+sec/);
    expect(await host.must(["sh", "-c", clients])).toBe(`${program} ${link}\n`);
    expect(await host.must(["ifquery", "--state"])).toMatch(new RegExp(`^${link}=${link}$`, "m"));
    expect(await host.must(["getent", "hosts", "router.lab.test"])).toContain("192.0.2.1");
  }

  test(
    "bridged with its lease, kept over a restart, renamed, and given back byte for byte",
    async () => {
      await using host = await lan.startHost({ name: "kvm1", release, interfaces: byInstaller });
      const before = await networkPicture(host);
      await isOn(host, "enp1s0");
      await using stack = await HomelabStack.start({ lan, hosts: [host], config: config() });
      expect(await leaseMovesInPreview(stack, host, before)).toMatch(/^ +\+iface br0 inet dhcp$/m);

      await upIsUndone(stack, host, before);
      expect(await host.readFile(path)).toBe(byInstaller);
      await isOn(host, "enp1s0");

      expect(await pingedUp(stack, host, `${release}, ifupdown by DHCP`)).toBeLessThanOrEqual(2);
      await isOn(host, "br0");
      expect(await succeeds(stack.refresh())).not.toMatch(/drift|warning/i);
      await succeeds(stack.up(["--expect-no-changes"]));

      await host.reboot();
      await isOn(host, "br0");
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));

      await stack.configure(config({ name: "lan0" }));
      await succeeds(stack.up());
      await isOn(host, "lan0");
      await stack.configure(config({ name: "lan0", mtu: 1400 }));
      await succeeds(stack.up());
      await isOn(host, "lan0");

      expect(await pingedDestroy(stack, host, release)).toBeLessThanOrEqual(2);
      // Since the restart the port has the kernel's link-local address, and dhcpcd makes no other beside one that is there.
      const local = /fe80::/;
      const plain = before
        .split("\n")
        .filter((line) => !local.test(line))
        .join("\n");
      expect(await settledPicture(host, plain, local)).toBe(plain);
      expect(await host.readFile(path)).toBe(byInstaller);
      await isOn(host, "enp1s0");
      await host.reboot();
      await isOn(host, "enp1s0");
      expect(await settledPicture(host, before)).toBe(before);
    },
    900 * seconds,
  );

  test(
    "a change is undone, with its lease: without a DHCP server, at the boot after a power cut, and by kvmnet undo",
    async () => {
      await using host = await lan.startHost({ name: "kvm1", release, interfaces: byInstaller });
      const before = await networkPicture(host);
      await using stack = await HomelabStack.start({ lan, hosts: [host], config: config() });
      const isAsBefore = async (but?: RegExp) => {
        expect(await settledPicture(host, before, but)).toBe(before);
        expect(await host.readFile(path)).toBe(byInstaller);
        await isOn(host, "enp1s0");
      };
      // dhcpcd takes the address off after 5 s without an answer; it comes back when ifup ends.
      const most = program === "dhclient" ? 2 : 3000;
      expect(await upWithoutDhcp(stack, host, `${release}, ifupdown`)).toBeLessThanOrEqual(most);
      expect((await host.addresses()).match(/192\.0\.2\.\d+\/24/g)).toEqual([`${host.address}/24`]);
      await lan.dhcp.speak();
      // The client asks again, in longer and longer intervals.
      await host.must(["timeout", "150", "sh", "-c", leased[program]], { timeout: 160 * seconds });
      await isAsBefore(program === "dhcpcd" ? madeUp : undefined);

      await isCutOffThenUndone(stack, host, isAsBefore, () => isOn(host, "br0"));
    },
    600 * seconds,
  );

  test(
    "what a hand has changed is drift, and put right with the lease",
    async () => {
      await using host = await lan.startHost({ name: "kvm1", release, interfaces: byInstaller });
      await using stack = await HomelabStack.start({ lan, hosts: [host], config: config() });
      await succeeds(stack.up());
      const hands = [
        "sed -i -e '1i iface enp9s0 inet manual' -e '/forward_delay/d' $0; ip link set br0 type bridge forward_delay 1500",
        "sed -i '/^auto br0$/d' $0",
      ];
      for (const hand of hands) {
        await host.must(["sh", "-c", hand, path]);
        expect(await succeeds(stack.preview(["--refresh"]))).toMatch(/kvm1 refresh \[diff: \+drift\]/);
        await succeeds(stack.up(["--refresh"]));
        await isOn(host, "br0");
        await succeeds(stack.up(["--refresh", "--expect-no-changes"]));
      }
      expect(await host.readFile(path)).toMatch(/^iface enp9s0 inet manual\n[\s\S]*forward_delay 0\n/);
    },
    300 * seconds,
  );

  test(
    "a VM is on the LAN by it, and stays there when ifupdown is started anew",
    async () => {
      await using host = await lan.startHost({ name: "kvm1", release, interfaces: byInstaller });
      await using web = await host.startGuest({ name: "web" });
      const vms = { web: { host: "kvm1", nics: { lan: { network: "lan" } } } };
      const networked = { hosts: { kvm1: { bridge: {}, networks: { lan: {} } } }, vms };
      await using stack = await HomelabStack.start({ lan, hosts: [host], config: networked });
      await succeeds(stack.up());
      const address = await web.waitForAddress();
      const answers = () => succeeds(lan.engine.run(["ping", "-c", "3", "-W", "2", address]));
      await answers();
      await host.must(["systemctl", "restart", "networking"]);
      await answers();
      await isOn(host, "br0");
      expect(await foundOn(host)).toEqual([]);
      await succeeds(stack.destroy());
      expect(await host.readFile(path)).toBe(byInstaller);
      await isOn(host, "enp1s0");
    },
    300 * seconds,
  );
});
