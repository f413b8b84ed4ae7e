import { parse } from "yaml";
import { CommandLine } from "../lab/commandLine";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { macAddressOf } from "../lab/machine";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { hasProfiles, profileFolder, profileOf } from "../lab/profiles";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";
import { YamlStack } from "../lab/yamlStack";

const seconds = 1000;
/** In a picture of a host's network. */
const ownRecord = /^file .*var\/lib\/kvmnet\/bridges\/br0\.json/;

const [bridgeId, portId] = ["22222222-2222-4222-8222-222222222222", "33333333-3333-4333-8333-333333333333"];

/** As nmcli writes it, with STP on, which it does not say. */
const byNmcli = {
  br0: `[connection]
id=br0
uuid=${bridgeId}
type=bridge
interface-name=br0

[ethernet]

[bridge]
forward-delay=4

[ipv4]
address1=192.0.2.100/24,192.0.2.1
dns=192.0.2.1;
dns-search=lab.test;
method=manual

[ipv6]
addr-gen-mode=default
method=disabled

[proxy]
`,
  "br0-port": `[connection]
id=br0-port
uuid=${portId}
type=ethernet
interface-name=enp1s0
master=br0
slave-type=bridge

[ethernet]

[bridge-port]
`,
};

/** Its port is by the NIC's MAC address, and names the bridge by its profile; it asks DHCP as the NIC did. */
const byPerson = {
  lan: `# the switch's port 7
[connection]
id=lan
uuid=${bridgeId}
type=bridge
interface-name=br0
autoconnect-slaves=1

[bridge]
stp=false
mac-address=${macAddressOf("kvm1", "enp1s0").toUpperCase()}

[ipv4]
method=auto

[ipv6]
method=disabled
`,
  "Port 1": `[connection]
id=Port 1
uuid=${portId}
type=802-3-ethernet
master=${bridgeId}
slave-type=bridge
autoconnect=false

[802-3-ethernet]
mac-address=${macAddressOf("kvm1", "enp1s0").toUpperCase()}
`,
};

describe.each(releasesFor(__filename))("a bridge on Debian %s that a hand has made by NetworkManager", (release) => {
  let lan: Lan;

  // Hosts of one address and several MAC addresses: a LAN that knew an earlier one looks for the next one there.
  beforeEach(async () => {
    lan = await Lan.start();
  }, 60 * seconds);

  afterEach(() => lan?.[Symbol.asyncDispose](), 60 * seconds);

  const start = (profiles: Record<string, string>) => lan.startHost({ name: "kvm1", release, profiles });
  const config = (bridge: object = {}) => ({ hosts: { kvm1: { bridge } } });

  /** NetworkManager has both links by the user's profiles; and STP is through: the LAN reaches the host, and nothing is learned anew. */
  async function isByHand(host: Host) {
    const reached = `until ping -q -c 1 -W 1 ${host.address}; do :; done`;
    await succeeds(lan.engine.run(["timeout", "60", "sh", "-c", reached], { timeout: 70 * seconds }));
    expect(await profileOf(host, "br0")).toBe(bridgeId);
    expect(await profileOf(host, "enp1s0")).toBe(portId);
    expect(await host.addresses()).toMatch(new RegExp(`^br0 .*${host.address}/24`, "m"));
    const settled = "until grep -qx 0 /sys/class/net/br0/bridge/topology_change; do sleep 0.5; done";
    await host.must(["timeout", "60", "sh", "-c", settled], { timeout: 70 * seconds });
  }

  test(
    "with STP and a fixed address: taken over as it is, with what is on it; what a hand changes is put back, what is written into its profile set; and it is left",
    async () => {
      await using host = await start(byNmcli);
      await isByHand(host);
      const booted = await networkPicture(host);
      await host.must(["sh", "-c", "ip tuntap add tap100i0 mode tap; ip link set tap100i0 master br0 up"]);
      const before = await networkPicture(host);
      const path = `${profileFolder}/br0.nmconnection`;
      await using stack = await HomelabStack.start({ lan, hosts: [host], config: config() });
      const refused = await stack.preview();
      expect(refused.code).not.toBe(0);
      expect(refused.stdout).toMatch(
        /stp: br0 has stp=true by \/etc\/NetworkManager\/system-connections\/br0\.nmconnection, which kvmnet does not change\. NetworkManager has no words for a forward delay of 0 s\. Write stp=false in \[bridge\] there, and pulumi up does the rest\. Or say stp, forwardDelay as it is there/,
      );

      await stack.configure(config({ stp: true, forwardDelay: 4 }));
      await using pings = await lan.pingCounter(host.address, { intervalMs: 5 });
      expect(await succeeds(stack.preview())).toMatch(
        /br0 is there already \(\/etc\/NetworkManager\/system-connections\/br0\.nmconnection\) as wanted, and is taken over\. Nothing of the host's network changes\./,
      );
      await succeeds(stack.up());
      expect(await settledPicture(host, before, ownRecord)).toBe(before);
      await hasProfiles(host, byNmcli);
      expect(await succeeds(stack.refresh())).not.toMatch(/drift|warning/i);
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));
      const taken = await pings.stop();
      console.log(`${release}, NetworkManager by hand, taken over: ${taken.lost} of ${taken.sent} pings lost`);
      expect(taken.lost).toBe(0);

      await using again = await lan.pingCounter(host.address, { intervalMs: 5 });
      await host.must(["ip", "link", "set", "br0", "type", "bridge", "forward_delay", "700"]);
      expect(await succeeds(stack.preview(["--refresh"]))).toMatch(/the forward delay of br0 is 7 s instead of 4 s/);
      await succeeds(stack.up(["--refresh"]));
      await isByHand(host);
      expect(await settledPicture(host, before, ownRecord)).toBe(before);

      await host.must(["sed", "-i", "s/^\\[bridge\\]$/&\\nstp=false/", path]);
      await stack.configure(config({ forwardDelay: 4 }));
      await succeeds(stack.up());
      await isByHand(host);
      const state = ["cat", "/sys/class/net/br0/bridge/stp_state", "/sys/class/net/br0/bridge/forward_delay"];
      expect(await host.must(state)).toBe("0\n400\n");
      expect(await host.must(["ls", "/sys/class/net/br0/brif"])).toBe("enp1s0\ntap100i0\n");
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));
      const { sent, lost } = await again.stop();
      console.log(`${release}, NetworkManager by hand, put right twice: ${lost} of ${sent} pings lost`);
      expect(lost).toBeLessThanOrEqual(2);

      await host.reboot();
      await isByHand(host);
      expect(await host.must(state)).toBe("0\n400\n");
      await succeeds(stack.up(["--refresh", "--expect-no-changes"]));
      await host.writeFile(path, { text: byNmcli.br0, mode: 0o600 });
      expect(await succeeds(stack.destroy())).toContain("br0 was there before kvmnet, and stays");
      await host.reboot();
      await isByHand(host);
      expect(await settledPicture(host, booted)).toBe(booted);
    },
    600 * seconds,
  );

  test(
    "by DHCP, its port by UUID and MAC address: imported as it is; what a hand changes is put back with its lease",
    async () => {
      await using host = await start(byPerson);
      await isByHand(host);
      const before = await networkPicture(host);
      await using stack = await YamlStack.start(lan, [host]);
      await using pings = await lan.pingCounter(host.address, { intervalMs: 5 });
      const stdout = await succeeds(stack.import("kvmnet:index:Bridge", "br0", "root@kvm1.example:22/br0"));
      const printed = parse(stdout.slice(stdout.indexOf("resources:"))).resources;
      expect(printed.br0.properties).toEqual({
        connection: { host: "kvm1.example", user: "root", port: 22 },
        forwardDelay: 15,
      });
      expect(await stack.unchanged({ resources: printed })).toEqual({ code: 0, said: "" });
      expect(await settledPicture(host, before)).toBe(before);

      await host.must(["ip", "link", "set", "br0", "type", "bridge", "forward_delay", "700"]);
      expect(await stack.preview()).toMatch(/the forward delay of br0 is 7 s instead of 15 s/);
      await stack.up();
      await isByHand(host);
      expect(await settledPicture(host, before, ownRecord)).toBe(before);
      expect((await host.addresses()).match(/192\.0\.2\.\d+\/24/g)).toEqual([`${host.address}/24`]);
      expect(await host.must(["nmcli", "-g", "DHCP4", "device", "show", "br0"])).toContain(
        `ip_address = ${host.address}`,
      );
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      expect(await succeeds(stack.pulumi.destroy())).toContain("br0 was there before kvmnet, and stays");
      const { sent, lost } = await pings.stop();
      console.log(`${release}, NetworkManager by hand with DHCP: ${lost} of ${sent} pings lost`);
      expect(lost).toBeLessThanOrEqual(2);
      await hasProfiles(host, byPerson);
      await host.reboot();
      await isByHand(host);
      expect(await settledPicture(host, before)).toBe(before);
    },
    600 * seconds,
  );

  test(
    "what a restart of the host would not bring back is refused by its profile, before anything is touched; and what a hand takes away later is drift",
    async () => {
      await using host = await start(byNmcli);
      await isByHand(host);
      await using stack = await HomelabStack.start({
        ...{ lan, hosts: [host], config: config({ stp: true, forwardDelay: 4 }) },
      });
      const cli = await CommandLine.of(host);
      const modify = (id: string, ...how: string[]) => ["nmcli", "connection", "modify", id, ...how];
      const rival = `[connection]\nid=old\nuuid=44444444-4444-4444-8444-444444444444\ntype=ethernet\ninterface-name=enp1s0\nautoconnect-priority=7\n`;
      const hands: [hand: () => Promise<unknown>, words: RegExp, back: () => Promise<unknown>][] = [
        [
          () => host.must(modify(portId, "connection.autoconnect", "no")),
          /name: \S+br0-port\.nmconnection has enp1s0 come up by hand alone/,
          () => host.must(modify(portId, "connection.autoconnect", "yes")),
        ],
        [
          () => host.must(["nmcli", "connection", "modify", "--temporary", bridgeId, "ipv4.dns", "192.0.2.1"]),
          /name: br0 is NetworkManager's by \/run\/NetworkManager\/system-connections\/br0\.nmconnection, which is gone with a restart/,
          () => host.must(modify(bridgeId, "connection.autoconnect", "yes")),
        ],
        [
          () => host.writeFile(`${profileFolder}/old.nmconnection`, { text: rival, mode: 0o600 }),
          /name: \S+old\.nmconnection is for enp1s0 too, with autoconnect-priority=7/,
          () => host.must(["rm", `${profileFolder}/old.nmconnection`]),
        ],
        [
          () => host.must(["sh", "-c", "ip link add v0 type veth peer name v1 && ip link set v0 master br0"]),
          /name: the host has a bridge br0 already, with the ports enp1s0, v0, and the program wants one on enp1s0 alone/,
          () => host.must(["ip", "link", "delete", "v0"]),
        ],
      ];
      for (const [hand, words, back] of hands) {
        await hand();
        const before = await networkPicture(host);
        for (const refused of [await stack.preview(), await stack.up()]) {
          expect(refused.code).not.toBe(0);
          expect(refused.stdout).toMatch(words);
        }
        expect(await networkPicture(host)).toBe(before);
        await back();
      }
      await succeeds(stack.up());

      await host.must(modify(portId, "connection.autoconnect", "no"));
      expect(await succeeds(stack.refresh())).toMatch(/kvm1 .*\[diff: \+drift\]/);
      const { stdout } = await cli.run("doctor", `root@${host.address}`);
      expect(stdout).toMatch(/next-boot: host\n +seen +\S+br0-port\.nmconnection has enp1s0 come up by hand alone/);
      expect((await stack.up(["--refresh"])).stdout).toMatch(hands[0]?.[1] ?? /./);
      await host.must(modify(portId, "connection.autoconnect", "yes"));
      await succeeds(stack.up(["--refresh"]));
      await succeeds(stack.destroy());
      await isByHand(host);
    },
    600 * seconds,
  );
});
