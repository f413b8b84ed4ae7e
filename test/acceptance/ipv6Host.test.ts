import { setTimeout as sleep } from "node:timers/promises";
import { foundOn } from "../lab/foundOn";
import type { Guest } from "../lab/guest";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { releasesFor } from "../lab/releases";
import { strikeAt } from "../lab/strike";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;
const looks =
  "ip -br address show scope global; ip -6 route show default | grep -o 'via [^ ]* dev [^ ]*' | sort -u; ip -4 route";
const router = "2001:db8:0:1::1";
/**
 * On real hardware the IAID comes from the NIC's name (systemd.network(5)), which a bridge does not have; a veth's comes
 * from its MAC, which the bridge shares.
 */
const dropIn = "/etc/systemd/network/10-netplan-enp1s0.network.d/iaid.conf";
const files = { [dropIn]: "[DHCPv4]\nIAID=4242\n\n[DHCPv6]\nIAID=4242\n" };
const bridge = { confirm: { timeout: 15 }, accept: [`drop-in:${dropIn}`] };
const config = {
  hosts: { kvm1: { bridge, networks: { lan: {} } } },
  vms: { web: { host: "kvm1", nics: { lan: { network: "lan" } } } },
};
/** Its gateway is the one of the file, or the one that advertises. A DHCPv6 server knows it by its DUID and IAID. */
const hosts = [
  ["bookworm", "by hand", { address: "2001:db8:0:1::100/64", gateway: router, nameservers: [router] }],
  ["trixie", "by the router's advertisements", "slaac"],
  ...releasesFor(__filename).map((release) => [release, "by DHCPv6", "dhcp6"] as const),
] as const;

describe.each(hosts)("a host on %s that has IPv6 alone, %s", (release, _how, addressing) => {
  let lan: Lan;
  let host: Host;
  let web: Guest;
  let stack: HomelabStack;
  let before: string;
  let address: string;

  /** Links with their addresses, and where the default routes go. */
  const picture = async () => {
    const text = await host.must(["sh", "-c", looks]);
    return text
      .replaceAll(/@if\d+/g, "")
      .replaceAll(/2001:\S+\/64 2001:\S+\/64/g, (both) => both.split(" ").sort().join(" "));
  };
  /** A router that advertises does so some seconds later. */
  const settled = async (is = (now: string) => now === before) => {
    let now = await picture();
    for (const until = Date.now() + 15 * seconds; !is(now) && Date.now() < until; now = await picture())
      await sleep(100);
    return now;
  };
  /** The host's address, and the default route; SSH answers there. */
  const isOn = async (device: string) => {
    const now = await picture();
    const holders = now.split("\n").filter((line) => line.includes(`${address}/`));
    expect(holders.map((line) => line.split(" ")[0])).toEqual([device]);
    const gateways = now.split("\n").filter((line) => line.startsWith("via "));
    expect(gateways).not.toEqual([]);
    expect(gateways.filter((line) => !line.endsWith(` dev ${device}`))).toEqual([]);
    const advertised = await host.must(["ip", "-6", "route", "show", "default", "proto", "ra"]);
    expect(advertised.split("\n").filter((line) => line !== "" && !/ expires \d+sec/.test(line))).toEqual([]);
    expect(await host.ssh(["true"])).toMatchObject({ code: 0 });
  };

  beforeAll(async () => {
    lan = await Lan.start({ ipv6: addressing === "dhcp6" ? "dhcp" : "slaac" });
    host = await lan.startHost({ name: "kvm1", release, addressing, files });
    address = host.address;
    expect(address).toMatch(/^2001:db8:0:1:/);
    web = await host.startGuest({ name: "web" });
    stack = await HomelabStack.start({ lan, hosts: [host], config });
    before = await settled((now) => /^via fe80:/m.test(now));
    expect(before).toMatch(/^via fe80:/m);
    expect(before).not.toMatch(/192\.0\.2\./);
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  test(
    "goes back where its gateway dies",
    async () => {
      const deaf =
        "nft add table inet wall; nft 'add chain inet wall out { type filter hook output priority 0; }'; nft add rule inet wall out icmpv6 type echo-request drop";
      const { struck } = await strikeAt(host, "armed", deaf);
      const up = await stack.up();
      expect(up.stdout).toMatch(/the gateway [0-9a-f:]+ does not answer ping/);
      expect(up.code).not.toBe(0);
      await struck;
      await host.must(["nft", "delete", "table", "inet", "wall"]);
      expect(await settled()).toBe(before);
      expect(await host.ssh(["true"])).toMatchObject({ code: 0 });
    },
    180 * seconds,
  );

  test(
    "keeps its address on the bridge, and its VM is on the LAN",
    async () => {
      const preview = await stack.preview();
      expect(preview.stdout).toMatch(/2001:db8:0:1:\S+\/(64|128).*the default route via \S+.* move from enp1s0 to br0/);
      await succeeds(stack.up());
      await isOn("br0");
      const { vms } = await stack.outputs();
      const [guest] = vms.web.lan.ipAddresses;
      expect(await lan.engine.run(["ping", "-c", "2", "-W", "2", guest])).toMatchObject({ code: 0 });
      await succeeds(stack.preview(["--expect-no-changes"]));
      expect(await foundOn(host)).toEqual([]);
    },
    180 * seconds,
  );

  test(
    "is at it after a reboot, and destroy gives it back to the NIC",
    async () => {
      await host.reboot();
      await isOn("br0");
      await web.boot();
      await succeeds(stack.destroy());
      await isOn("enp1s0");
      expect(await settled()).toBe(before);
    },
    180 * seconds,
  );
});
