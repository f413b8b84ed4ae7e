import { chosen } from "../lab/chosen";
import { foundOn } from "../lab/foundOn";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { macAddressOf } from "../lab/machine";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { confirm, isCutOffThenUndone, pingedDestroy, pingedUp, upIsUndone } from "../lab/ownerRows";
import { hasProfiles, isOnBridge, profileOf } from "../lab/profiles";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;
const path = "/etc/netplan/01-netcfg.yaml";
const renderer = "  renderer: NetworkManager\n";

/** As Ubuntu's desktop has it beside an entry of a person's. */
const fixed = `# Let NetworkManager manage all devices on this system
network:
  version: 2
${renderer}  ethernets:
    enp1s0:
      # the rack's list says so
      addresses: [192.0.2.100/24]
      routes:
        - to: default
          via: 192.0.2.1
      nameservers: {addresses: [192.0.2.1], search: [lab.test]}
`;
const byMac = `network:
  version: 2
  ethernets:
    wired:
      match: {macaddress: "${macAddressOf("kvm1", "enp1s0")}"}
      renderer: NetworkManager
      dhcp4: true
`;
const hosts: { name: string; netplan: string }[] = [
  {
    name: "with a fixed address, all its NICs being NetworkManager's",
    netplan: fixed,
  },
  {
    name: "by DHCP, for a MAC address, one NIC being NetworkManager's",
    netplan: byMac,
  },
  {
    name: "with no entry: by the profile that NetworkManager makes by itself",
    netplan: `network:\n  version: 2\n${renderer}`,
  },
];

describe.each(releasesFor(__filename))("a host on Debian %s with netplan's renderer NetworkManager", (release) => {
  let lan: Lan;

  beforeAll(async () => {
    lan = await Lan.start();
  }, 60 * seconds);

  afterAll(() => lan?.[Symbol.asyncDispose](), 60 * seconds);

  const start = (netplan: string) => lan.startHost({ name: "kvm1", release, profiles: {}, netplan });
  const config = (bridge: object = {}) => ({ hosts: { kvm1: { bridge: { confirm, ...bridge } } } });

  test.each(chosen(hosts, 2, "netplan's NetworkManager"))(
    "$name: bridged, kept over restarts and netplan apply, renamed, and given back as it was",
    async ({ netplan }) => {
      await using host = await start(netplan);
      const given = await profileOf(host, "enp1s0");
      const before = await networkPicture(host);
      // A profile that leaves IPv6 to the kernel does not say it again of a NIC that was a port at the last boot.
      const known = netplan.includes("ethernets") ? /^setting ipv6\/conf\/enp1s0\/accept_ra:/ : undefined;
      const beforeButThat = await networkPicture(host, known);
      await using stack = await HomelabStack.start({ lan, hosts: [host], config: config() });
      const isBridged = async (bridge: string) => {
        await isOnBridge(host, bridge);
        await hasProfiles(host, {}, [`kvmnet-bridge-${bridge}`, `kvmnet-port-${bridge}`]);
        expect((await host.addresses()).match(/192\.0\.2\.\d+\/24/g)).toEqual([`${host.address}/24`]);
        expect(await host.readFile(path)).toBe(netplan);
        expect(await foundOn(host)).toEqual([]);
      };
      await upIsUndone(stack, host, before);
      expect(await profileOf(host, "enp1s0")).toBe(given);

      expect(await pingedUp(stack, host, `${release}, netplan's NetworkManager`)).toBeLessThanOrEqual(2);
      await isBridged("br0");
      expect(await succeeds(stack.refresh())).not.toMatch(/drift|warning/i);
      await succeeds(stack.up(["--expect-no-changes"]));

      await host.reboot();
      await isBridged("br0");
      // netplan starts NetworkManager anew where it has made a profile for it: the bridge stays, in nobody's hands.
      await host.must(["netplan", "apply"], { timeout: 60 * seconds });
      if (netplan.includes("ethernets")) {
        expect(await host.addresses()).toMatch(new RegExp(`^br0 .*${host.address}/24`, "m"));
        expect(await succeeds(stack.preview(["--refresh"]))).toMatch(/kvm1 refresh \[diff: \+drift\]/);
        await succeeds(stack.up(["--refresh"]));
      }
      await isBridged("br0");
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));
      await stack.configure(config({ name: "lan0", mtu: 1400 }));
      await succeeds(stack.up());
      await isBridged("lan0");

      expect(await pingedDestroy(stack, host, `${release}, netplan's NetworkManager`)).toBeLessThanOrEqual(10);
      expect(await settledPicture(host, beforeButThat, known)).toBe(beforeButThat);
      expect(await profileOf(host, "enp1s0")).toBe(given);
      await host.reboot();
      expect(await profileOf(host, "enp1s0")).toBe(given);
      expect(await settledPicture(host, before)).toBe(before);
    },
    600 * seconds,
  );

  test(
    "a change is undone at the boot after a power cut; a confirmed one by kvmnet undo",
    async () => {
      await using host: Host = await start(fixed);
      const given = await profileOf(host, "enp1s0");
      const before = await networkPicture(host);
      await using stack = await HomelabStack.start({
        lan,
        hosts: [host],
        config: { hosts: { kvm1: { bridge: {} } } },
      });
      await isCutOffThenUndone(stack, host, async () => {
        expect(await settledPicture(host, before)).toBe(before);
        expect(await profileOf(host, "enp1s0")).toBe(given);
        expect(await host.readFile(path)).toBe(fixed);
      });
    },
    300 * seconds,
  );

  test(
    "a bridge that netplan has NetworkManager make is taken over as it is, and what a hand changes is put back",
    async () => {
      const bridged = fixed.replace(
        "enp1s0:",
        // Else it is by chance whether its link-local address is made before it has its port's MAC address, each time it is made.
        `enp1s0: {}\n  bridges:\n    br0:\n      macaddress: "${macAddressOf("kvm1", "enp1s0")}"\n      interfaces: [enp1s0]\n      parameters: {stp: false}`,
      );
      await using host = await start(bridged);
      await profileOf(host, "br0");
      const before = await networkPicture(host);
      await using stack = await HomelabStack.start({ lan, hosts: [host], config: config() });
      const refused = await stack.preview();
      expect(refused.stdout).toMatch(
        /forwardDelay: br0 has a forward delay of 15 s by \/run\/NetworkManager\/system-connections\/netplan-br0\.nmconnection/,
      );
      await stack.configure(config({ forwardDelay: 15 }));
      await using pings = await lan.pingCounter(host.address, { intervalMs: 5 });
      await succeeds(stack.up());
      await host.must(["ip", "link", "set", "br0", "type", "bridge", "forward_delay", "700"]);
      expect(await succeeds(stack.preview(["--refresh"]))).toMatch(/the forward delay of br0 is 7 s instead of 15 s/);
      await succeeds(stack.up(["--refresh"]));
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));
      expect(await succeeds(stack.destroy())).toContain("br0 was there before kvmnet, and stays");
      const { sent, lost } = await pings.stop();
      console.log(`${release}, a bridge by netplan's NetworkManager: ${lost} of ${sent} pings lost`);
      expect(lost).toBeLessThanOrEqual(2);
      expect(await settledPicture(host, before)).toBe(before);
      expect(await host.readFile(path)).toBe(bridged);
    },
    300 * seconds,
  );
});
