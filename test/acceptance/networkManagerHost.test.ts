import { chosen } from "../lab/chosen";
import { foundOn } from "../lab/foundOn";
import { HomelabStack } from "../lab/homelabStack";
import { Lan } from "../lab/lan";
import { macAddressOf } from "../lab/machine";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { confirm, isCutOffThenUndone, pingedUp, upIsUndone } from "../lab/ownerRows";
import { hasProfiles, isOnBridge, ownProfile, profileFolder, profileOf } from "../lab/profiles";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;
const user = "11111111-1111-4111-8111-111111111111";

/** As nmcli or an installer writes it, with what a person adds. */
const byInstaller = `# the uplink
[connection]
id=lan
uuid=${user}
type=ethernet
interface-name=enp1s0

[ethernet]

[ipv4]
# the rack's list says so
address1=192.0.2.100/24,192.0.2.1
dns=192.0.2.1;
dns-search=lab.test;
method=manual
route1=203.0.113.0/24,192.0.2.1

[ipv6]
addr-gen-mode=eui64
method=auto

[proxy]
`;

/** Older, by the NIC's MAC address, in words that have others by now, and with IPv6. */
const byPerson = `[connection]
id=Rack 3: uplink
uuid=${user}
type=802-3-ethernet
autoconnect-priority=10

[802-3-ethernet]
mac-address=${macAddressOf("kvm1", "enp1s0").toUpperCase()}
mtu=1400

[ipv4]
addresses1=192.0.2.100;24;192.0.2.1;
dns=192.0.2.1;
dns-search=lab.test;
method=manual

[ipv6]
address1=2001:db8:0:1::100/64
method=manual
`;

const hosts: { name: string; profiles: Record<string, string> }[] = [
  {
    name: "by an installer's profile",
    profiles: { lan: byInstaller },
  },
  {
    name: "by an older profile, for a MAC address, with IPv6 and an MTU",
    profiles: { "Rack 3": byPerson },
  },
];

describe.each(releasesFor(__filename))("a host on Debian %s whose NIC is NetworkManager's", (release) => {
  let lan: Lan;

  beforeAll(async () => {
    lan = await Lan.start();
  }, 60 * seconds);

  afterAll(() => lan?.[Symbol.asyncDispose](), 60 * seconds);

  const start = (profiles: Record<string, string>) => lan.startHost({ name: "kvm1", release, profiles });

  test.each(chosen(hosts, 2, "NetworkManager"))(
    "$name: bridged, kept over restarts, changed, healed, and given back as it was",
    async ({ profiles }) => {
      await using host = await start(profiles);
      const before = await networkPicture(host);
      const config = (bridge: object = {}) => ({ hosts: { kvm1: { bridge: { confirm, ...bridge } } } });
      await using stack = await HomelabStack.start({ lan, hosts: [host], config: config() });
      const preview = await succeeds(stack.preview());
      expect(preview).toMatch(/192\.0\.2\.100\/24.* move from enp1s0 to br0\./);
      expect(preview).toMatch(/^ +\+\+\+ \/etc\/NetworkManager\/system-connections\/kvmnet-bridge-br0\.nmconnection$/m);
      expect(await networkPicture(host)).toBe(before);

      await upIsUndone(stack, host, before);
      expect(await profileOf(host, "enp1s0")).toBe(user);

      expect(await pingedUp(stack, host, `${release}, NetworkManager`)).toBeLessThanOrEqual(2);
      await isOnBridge(host, "br0");
      await hasProfiles(host, profiles, ["kvmnet-bridge-br0", "kvmnet-port-br0"]);
      expect(await succeeds(stack.refresh())).not.toMatch(/drift|warning/i);
      await succeeds(stack.up(["--expect-no-changes"]));

      await host.must(["systemctl", "restart", "NetworkManager"]);
      await isOnBridge(host, "br0");
      await host.reboot();
      await isOnBridge(host, "br0");
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));

      const hands = [
        ["nmcli", "connection", "modify", await ownProfile(host, "bridge", "br0"), "ipv4.dns", "192.0.2.9"],
        ["rm", `${profileFolder}/kvmnet-port-br0.nmconnection`],
        // With it goes the bridge itself, and NetworkManager takes the user's for the NIC.
        ["nmcli", "connection", "delete", await ownProfile(host, "bridge", "br0")],
      ];
      for (const hand of hands) {
        await host.must(hand);
        if (hand.includes("delete")) expect(await profileOf(host, "enp1s0", new RegExp(user))).toBe(user);
        expect(await succeeds(stack.preview(["--refresh"]))).toMatch(/kvm1 refresh \[diff: \+drift\]/);
        await succeeds(stack.up(["--refresh"]));
        await isOnBridge(host, "br0");
        await succeeds(stack.up(["--refresh", "--expect-no-changes"]));
      }

      // The NIC leaves the bridge, which has the address still: the host is out of reach.
      await host.must(["nmcli", "connection", "up", user]);
      expect(await profileOf(host, "enp1s0")).toBe(user);
      expect(await succeeds(stack.preview(["--refresh"]))).toMatch(/can't be reached over SSH at 192\.0\.2\.100/);
      await host.must(["nmcli", "connection", "up", "kvmnet-port-br0"]);
      await isOnBridge(host, "br0");
      await host.must(["nmcli", "connection", "up", user]);
      await host.reboot();
      await isOnBridge(host, "br0");
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));

      await stack.configure(config({ name: "lan0" }));
      await succeeds(stack.up());
      await isOnBridge(host, "lan0");
      await hasProfiles(host, profiles, ["kvmnet-bridge-lan0", "kvmnet-port-lan0"]);
      const addressing = { addresses: ["192.0.2.100/24", "192.0.2.120/24"] };
      await stack.configure(config({ name: "lan0", mtu: 1300, addressing }));
      await succeeds(stack.up());
      await isOnBridge(host, "lan0");
      expect(await host.addresses()).toMatch(/^lan0 .*192\.0\.2\.120\/24/m);
      await host.reboot();
      await isOnBridge(host, "lan0");
      expect(await host.addresses()).toMatch(/^lan0 .*192\.0\.2\.120\/24/m);
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));

      await succeeds(stack.destroy());
      expect(await settledPicture(host, before)).toBe(before);
      await hasProfiles(host, profiles);
      expect(await profileOf(host, "enp1s0")).toBe(user);
      await host.reboot();
      expect(await settledPicture(host, before)).toBe(before);
    },
    900 * seconds,
  );

  test(
    "a change is undone at the boot after a power cut; a confirmed one by kvmnet undo",
    async () => {
      await using host = await start({ lan: byInstaller });
      const before = await networkPicture(host);
      const config = { hosts: { kvm1: { bridge: {} } } };
      await using stack = await HomelabStack.start({ lan, hosts: [host], config });
      const isAsBefore = async () => {
        expect(await settledPicture(host, before)).toBe(before);
        expect(await profileOf(host, "enp1s0")).toBe(user);
        await hasProfiles(host, { lan: byInstaller });
      };
      await isCutOffThenUndone(stack, host, isAsBefore);
    },
    300 * seconds,
  );

  test(
    "a VM is on the LAN by it, and stays there when NetworkManager is started anew",
    async () => {
      await using host = await start({ lan: byInstaller });
      await using web = await host.startGuest({ name: "web" });
      const config = {
        hosts: { kvm1: { bridge: {}, networks: { lan: {} } } },
        vms: { web: { host: "kvm1", nics: { lan: { network: "lan" } } } },
      };
      await using stack = await HomelabStack.start({ lan, hosts: [host], config });
      await succeeds(stack.up());
      const address = await web.waitForAddress();
      const answers = () => succeeds(lan.engine.run(["ping", "-c", "3", "-W", "2", address]));
      await answers();
      await host.must(["systemctl", "restart", "NetworkManager"]);
      await isOnBridge(host, "br0");
      await answers();
      expect(await foundOn(host)).toEqual([]);
      await succeeds(stack.destroy());
      await hasProfiles(host, { lan: byInstaller });
      expect(await profileOf(host, "enp1s0")).toBe(user);
    },
    300 * seconds,
  );
});
