import { foundOn } from "../lab/foundOn";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { isOnBridge, profileOf } from "../lab/profiles";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;
const user = "11111111-1111-4111-8111-111111111111";

const profile = (zone: string) => `[connection]
id=lan
uuid=${user}
type=ethernet
interface-name=enp1s0
${zone}
[ethernet]

[ipv4]
address1=192.0.2.100/24,192.0.2.1
dns=192.0.2.1;
method=manual

[ipv6]
addr-gen-mode=eui64
method=auto
`;

/** One zone lets its clients reach port 8080, the other does not, by which what a zone does is seen from the LAN. */
const openAtHome = `firewall-offline-cmd --zone=home --add-port=8080/tcp
systemctl enable --now firewalld
systemd-run --quiet --unit=lab-served python3 -m http.server 8080`;

const dials = 'import socket; socket.create_connection(("192.0.2.100", 8080), 5)';

const zones = [
  { name: "by the profile's zone", zone: "zone=home\n", is: "home" },
  { name: "in firewalld's default zone", zone: "", is: "public" },
];

describe.each(releasesFor(__filename))("a host on Debian %s with NetworkManager and firewalld", (release) => {
  let lan: Lan;

  beforeAll(async () => {
    lan = await Lan.start();
  }, 60 * seconds);

  afterAll(() => lan?.[Symbol.asyncDispose](), 60 * seconds);

  /** The zone of a link, as firewalld says it and as the LAN sees it. */
  async function isIn(host: Host, zone: string, link: string) {
    expect(await host.must(["firewall-cmd", `--get-zone-of-interface=${link}`])).toBe(`${zone}\n`);
    expect((await lan.engine.run(["python3", "-c", dials])).code === 0).toBe(zone === "home");
  }

  test.each(zones)(
    "$name: the bridge is in the zone that the NIC was in, over restarts, and the NIC again afterwards",
    async ({ zone, is }) => {
      await using host = await lan.startHost({ name: "kvm1", release, profiles: { lan: profile(zone) } });
      await host.must(["sh", "-c", openAtHome]);
      await isIn(host, is, "enp1s0");
      const before = await networkPicture(host);
      await using stack = await HomelabStack.start({ lan, hosts: [host], config: { hosts: { kvm1: { bridge: {} } } } });
      await succeeds(stack.preview());
      await succeeds(stack.up());
      await isOnBridge(host, "br0");
      await isIn(host, is, "br0");
      // firewalld's own filter of IPv6 is told wherever br_netfilter is loaded, by whatever bridge.
      expect((await foundOn(host)).filter((one) => !one.includes("IPv6_rpfilter=no"))).toEqual([]);
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));

      await host.must(["firewall-cmd", "--reload"]);
      await isIn(host, is, "br0");
      await host.must(["systemctl", "restart", "firewalld"]);
      await isIn(host, is, "br0");
      await host.must(["systemctl", "restart", "NetworkManager"]);
      await isOnBridge(host, "br0");
      await isIn(host, is, "br0");
      await host.reboot();
      await isOnBridge(host, "br0");
      await host.must(["systemd-run", "--quiet", "--unit=lab-served", "python3", "-m", "http.server", "8080"]);
      await isIn(host, is, "br0");

      await succeeds(stack.destroy());
      expect(await settledPicture(host, before)).toBe(before);
      expect(await profileOf(host, "enp1s0")).toBe(user);
      await isIn(host, is, "enp1s0");
    },
    600 * seconds,
  );
});
