import { chosen } from "../lab/chosen";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import type { HostOptions } from "../lab/hostSpec";
import { Lan } from "../lab/lan";
import { macAddressOf } from "../lab/machine";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { confirm, pingedUp, upIsUndone } from "../lab/ownerRows";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;

const dhcp = `# as the installer left it
[Match]
Name=en*

[Network]
DHCP=yes
`;
const fixed = `[Match]
Name=enp1s0

[Link]
# as the switch has it
MTUBytes=1500

[Network]
DHCP=no
DNS=192.0.2.1
Domains=lab.test

[Address]
Address=192.0.2.100/24

[Route]
Gateway=192.0.2.1
# for the second line
Metric=50

[RoutingPolicyRule]
From=192.0.2.100
Table=7
Priority=1000
`;
/** That adds to the file by hand. */
const more = "[Route]\nDestination=198.51.100.0/24\nGateway=192.0.2.1\nTable=7\n";

const byDhcp = { "/etc/systemd/network/20-wired.network": dhcp };
/** The bridge gets that MAC address, and is not to be taken for the NIC. */
const byMac = `[Match]
MACAddress=${macAddressOf("kvm1", "enp1s0")}

[Network]
Address=192.0.2.100/24
Gateway=192.0.2.1
DNS=192.0.2.1
`;
const hosts: { name: string; files: Record<string, string> }[] = [
  {
    name: "asks DHCP by a pattern",
    files: byDhcp,
  },
  {
    name: "has a fixed address, routes of a table and a drop-in",
    files: {
      "/etc/systemd/network/00-lan.network": fixed,
      "/etc/systemd/network/00-lan.network.d/more.conf": more,
    },
  },
  {
    name: "is matched by its MAC address",
    files: { "/etc/systemd/network/20-wired.network": byMac },
  },
];

describe.each(releasesFor(__filename))("a host on %s whose NIC is networkd's by a file by hand", (release) => {
  let lan: Lan;

  beforeAll(async () => {
    lan = await Lan.start();
  }, 60 * seconds);

  afterAll(() => lan?.[Symbol.asyncDispose](), 60 * seconds);

  /** It has no netplan. */
  async function start(files: HostOptions["files"]): Promise<Host> {
    // Else it is netplan that starts networkd.
    const starts = { "/etc/systemd/system/multi-user.target.d/lan.conf": "[Unit]\nWants=systemd-networkd.service\n" };
    const netplan = "network: {version: 2}\n";
    const host = await lan.startHost({ name: "kvm1", release, netplan, files: { ...files, ...starts } });
    await host.must(["sh", "-c", "rm -r /etc/netplan && mv /usr/sbin/netplan /root/"]);
    return host;
  }

  test.each(chosen(hosts, 2, "networkd by hand"))(
    "$name: bridged, kept over a restart, changed, healed, and given back as it was",
    async ({ files }) => {
      await using host = await start(files);
      const before = await networkPicture(host);
      const config = (bridge: object = {}) => ({ hosts: { kvm1: { bridge: { confirm, ...bridge } } } });
      await using stack = await HomelabStack.start({ lan, hosts: [host], config: config() });
      const preview = await succeeds(stack.preview());
      expect(preview).toMatch(/192\.0\.2\.\d+\/24.* move from enp1s0 to br0\./);
      expect(preview).toMatch(/^ +\+\+\+ \/etc\/systemd\/network\/\d+-kvmnet-bridge-br0\.network$/m);
      expect(await networkPicture(host)).toBe(before);

      await upIsUndone(stack, host, before);
      expect(await pingedUp(stack, host, `${release}, networkd by hand`)).toBeLessThanOrEqual(40);
      const isOn = async (bridge: string) => {
        const addresses = await host.addresses();
        expect(addresses).toMatch(new RegExp(`^${bridge} .*${host.address}/24`, "m"));
        expect(addresses).not.toMatch(/^enp1s0/m);
        expect(await host.must(["ip", "route"])).toMatch(new RegExp(`^default via 192\\.0\\.2\\.1 dev ${bridge}`, "m"));
        expect(await host.must(["getent", "hosts", "router.lab.test"])).toContain("192.0.2.1");
      };
      await isOn("br0");
      for (const [path, text] of Object.entries(files)) expect(await host.readFile(path)).toBe(text);
      expect(await succeeds(stack.refresh())).not.toMatch(/drift|warning/i);
      await succeeds(stack.up(["--expect-no-changes"]));

      await host.reboot();
      await isOn("br0");
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));

      await host.must(["sh", "-c", "ip link set enp1s0 nomaster; rm /etc/systemd/network/*-kvmnet-port-br0.network"]);
      await succeeds(stack.up(["--refresh"]));
      await isOn("br0");

      await stack.configure(config({ name: "lan0" }));
      await succeeds(stack.up());
      await isOn("lan0");
      const second = "192.0.2.120/24";
      const addressing = {
        dhcp4: files === byDhcp,
        addresses: [...(files === byDhcp ? [] : [`${host.address}/24`]), second],
      };
      await stack.configure(config({ name: "lan0", mtu: 1400, addressing }));
      await succeeds(stack.up());
      await isOn("lan0");
      expect(await host.addresses()).toMatch(/^lan0 .*192\.0\.2\.120\/24/m);
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));

      await succeeds(stack.destroy());
      expect(await settledPicture(host, before)).toBe(before);
    },
    600 * seconds,
  );

  test(
    "and a bridge that was made there by hand is taken over as it is, and left as it was",
    async () => {
      await using host = await start({
        "/etc/systemd/network/10-br0.netdev": "[NetDev]\nName=br0\nKind=bridge\n\n[Bridge]\nForwardDelaySec=0\n",
        "/etc/systemd/network/10-br0.network": "[Match]\nName=br0\n\n[Network]\nDHCP=ipv4\n",
        "/etc/systemd/network/20-port.network": "[Match]\nName=enp1s0\n\n[Network]\nBridge=br0\n",
      });
      const before = await networkPicture(host);
      const config = { hosts: { kvm1: { bridge: {}, networks: { lan: {} } } } };
      await using stack = await HomelabStack.start({ lan, hosts: [host], config });
      expect(await succeeds(stack.preview())).toMatch(
        /br0 is there already \(\/etc\/systemd\/network\/10-br0\.network\) as wanted/,
      );
      await succeeds(stack.up());
      expect(await succeeds(stack.refresh())).not.toMatch(/drift/i);
      await succeeds(stack.up(["--expect-no-changes"]));
      expect(await succeeds(stack.destroy())).toContain("br0 was there before kvmnet, and stays");
      expect(await settledPicture(host, before)).toBe(before);
    },
    300 * seconds,
  );
});
