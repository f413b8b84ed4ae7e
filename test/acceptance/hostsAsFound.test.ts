import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { foundOn } from "../lab/foundOn";
import type { Host } from "../lab/host";
import type { HostOptions } from "../lab/hostSpec";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";
import { YamlStack } from "../lab/yamlStack";
import { calls } from "./doctor/fault";
import { asWanted, cloudInit, laden, pattern, plain } from "./hostsAsFound/hosts";

const seconds = 1000;

/** Every route, rule and global address that is there for good. */
const network = `
ip -o address show scope global | grep -Ev 'temporary|deprecated' | sed -E 's/^[0-9]*: //; s/ (tentative|nodad|dynamic)//g; s/\\\\.*//'
ip -o -6 address show temporary | sed 's/^[0-9]*: \\([^ ]*\\) .*/\\1 temporary/' | sort -u
ip -4 route show table all type unicast | grep -v 'table local'
ip -6 route show default | grep -o 'via .* dev [^ ]*' | sort -u
ip rule
`;

describe.each(releasesFor(__filename))("hosts as they are found, on %s", (release) => {
  let lan: Lan;
  const table: string[] = [];

  beforeAll(async () => {
    lan = await Lan.start({ ipv6: "slaac" });
  }, 900 * seconds);

  afterAll(async () => {
    console.log(["what | up | address kept | reboot survived | destroy gives back", ...table].join("\n"));
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  async function start(name: string, files: Readonly<Record<string, string>>, more: Partial<HostOptions> = {}) {
    const { "/etc/netplan/01-netcfg.yaml": netplan, ...others } = files;
    return lan.startHost({ name, release, netplan, files: others, ...more });
  }

  const mtusOf = (host: Host) =>
    host.must(["sh", "-c", "cd /sys/class/net; grep . */mtu | sed -n 's:/mtu::; /^[be]/p'"]);

  const program = (host: Host, properties: object = {}) => ({
    resources: {
      br0: { type: "kvmnet:Bridge", properties: { connection: { host: `${host.name}.example` }, ...properties } },
    },
  });

  test(
    "a hand-made bridge as wanted is taken over untouched; destroy gives it back as it was, also where its addressing was changed",
    async () => {
      await using host = await start("kvm1", asWanted);
      await using stack = await YamlStack.start(lan, [host]);
      const links = () => host.must(["sh", "-c", "ip -o link; ip -o -4 address; ip route; ls -l /etc/netplan"]);
      const files = async () => {
        for (const [path, text] of Object.entries(asWanted)) expect(await host.readFile(path)).toBe(text);
      };
      const before = await links();
      expect(await stack.preview(program(host))).toMatch(
        /br0 is there already \(\/etc\/netplan\/60-bridge\.yaml\) as wanted, and is taken over\. Nothing of the host's/,
      );
      await stack.up();
      expect(await links()).toBe(before);
      expect(await host.must(["find", "/var/lib/kvmnet", "-type", "f"])).toBe("/var/lib/kvmnet/bridges/br0.json\n");
      await files();
      await host.reboot();
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      const rebooted = await links();
      await stack.say({});
      expect(await succeeds(stack.pulumi.up())).toMatch(/br0 was there before kvmnet, and stays\. To be rid of it/);
      expect(await links()).toBe(rebooted);
      expect(await host.must(["sh", "-c", "find /var/lib/kvmnet 2>&1 | head -n 1"])).toMatch(/No such file/);

      const picture = await networkPicture(host);
      const addressing = {
        addresses: ["192.0.2.100/24", "198.51.100.7/28"],
        routes: [{ to: "default", via: "192.0.2.1" }],
        nameservers: ["192.0.2.1"],
      };
      await using pings = await lan.pingCounter(host.address);
      await stack.up(program(host, { addressing, mtu: 1400, stp: true, forwardDelay: 4 }));
      expect(await host.addresses()).toMatch(/^br0 .*198\.51\.100\.7\/28/m);
      expect(await host.readFile("/etc/netplan/60-bridge.yaml")).not.toContain("192.0.2.100");
      expect(await succeeds(stack.pulumi.destroy())).toMatch(/br0 was there before kvmnet, and stays, as it was\./);
      expect((await pings.stop()).lost).toBeLessThanOrEqual(10);
      await files();
      expect(await settledPicture(host, picture)).toBe(picture);
      await host.reboot();
      expect(await settledPicture(host, picture)).toBe(picture);
      table.push("hand-made bridge as wanted | untouched | yes | yes | as it was");
      table.push("hand-made bridge, its addressing changed | in place | yes | yes | as it was");
    },
    400 * seconds,
  );

  test(
    "a hand-made bridge is imported; what is changed of it then stands in kvmnet's file, and its address stays",
    async () => {
      await using host = await start("kvm2", plain);
      await using stack = await YamlStack.start(lan, [host]);
      const { address } = host;
      const stdout = await succeeds(stack.import("kvmnet:index:Bridge", "br0", "root@kvm2.example:22/br0"));
      const printed = parse(stdout.slice(stdout.indexOf("resources:"))).resources;
      expect(printed.br0.properties).toEqual({
        connection: { host: "kvm2.example", user: "root", port: 22 },
        forwardDelay: 15,
      });
      expect(await stack.unchanged({ resources: printed })).toEqual({ code: 0, said: "" });
      expect(await stack.preview(program(host))).toMatch(
        /br0 is there already \(.*01-netcfg\.yaml\)\. What changes: the forward delay of br0 is 15 s instead of 0 s/,
      );
      await using pings = await lan.pingCounter(address);
      await stack.up();
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      expect(await host.readFile("/etc/netplan/01-netcfg.yaml")).toBe(plain["/etc/netplan/01-netcfg.yaml"]);
      expect((await pings.stop()).lost).toBeLessThanOrEqual(40);
      await host.reboot();
      expect(host.address).toBe(address);
      expect(await mtusOf(host)).toBe("br0:1400\nenp1s0:1500\n");
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      await succeeds(stack.pulumi.destroy());
      expect(await host.addresses()).toMatch(new RegExp(`^br0 .*${address}/24`, "m"));
      expect(await host.must(["ls", "/etc/netplan"])).toBe("01-netcfg.yaml\n");
      expect(await host.must(["cat", "/sys/class/net/br0/bridge/forward_delay"])).toBe("1500\n");
      await host.reboot();
      expect(host.address).toBe(address);
      table.push("hand-made bridge with DHCP, imported | in place | yes | yes | as it was");
    },
    180 * seconds,
  );

  test(
    "what cloud-init configured stays changed over a reboot; destroy gives its file back byte for byte, and the network to it",
    async () => {
      await using host = await start("kvm3", cloudInit, { extras: true });
      const file = "/etc/netplan/50-cloud-init.yaml";
      const disabled = "/etc/cloud/cloud.cfg.d/99-kvmnet-disable-network-config.cfg";
      await using stack = await YamlStack.start(lan, [host]);
      const { address } = host;
      const original = await host.readFile(file);
      expect(parse(original).network.ethernets.enp1s0).toMatchObject({ dhcp4: true });
      const small = program(host, { mtu: 1400 });
      expect(await stack.preview(small)).toMatch(/\+network: \{config: disabled\}/);
      await stack.up();
      expect(await mtusOf(host)).toBe("br0:1400\nenp1s0:1400\n");
      await host.reboot();
      expect(await mtusOf(host)).toBe("br0:1400\nenp1s0:1400\n");
      expect(host.address).toBe(address);
      expect(await host.addresses()).toMatch(new RegExp(`^br0 .*${address}/24`, "m"));
      expect(await host.readFile(file)).not.toContain("dhcp4");
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      await host.must(["rm", disabled]);
      expect(await stack.preview()).toMatch(/99-kvmnet-disable-network-config\.cfg is not there/);
      await stack.up();
      expect(await host.readFile(disabled)).toContain("network: {config: disabled}");
      await succeeds(stack.pulumi.destroy());
      expect(await host.readFile(file)).toBe(original);
      expect(await mtusOf(host)).toBe("enp1s0:1500\n");
      expect(await host.must(["ls", "/etc/cloud/cloud.cfg.d"])).not.toContain("kvmnet");
      // It writes it anew.
      await host.must(["rm", file]);
      await host.reboot();
      expect(host.address).toBe(address);
      expect(await host.readFile(file)).toBe(original);
      table.push("cloud-init's file | in place | yes | yes | byte for byte");
    },
    240 * seconds,
  );

  test(
    "policy routes, a second default route, MTU 9000 and IPv6's addresses go over, and come back",
    async () => {
      await using host = await start("kvm4", laden, { extraNics: ["enp2s0"] });
      await using stack = await YamlStack.start(lan, [host]);
      const picture = async () => (await host.must(["sh", "-c", network])).trimEnd().split("\n").sort().join("\n");
      const mtu = (link: string) => host.must(["cat", `/sys/class/net/${link}/mtu`]);
      /** Routers' addresses and routes come some seconds later. */
      const settled = async (wanted: (now: string) => boolean) => {
        let now = await picture();
        for (const until = Date.now() + 15 * seconds; !wanted(now) && Date.now() < until; now = await picture())
          await sleep(100);
        return now;
      };
      const before = await settled((now) => /^via fe80:/m.test(now) && / temporary$/m.test(now));
      const bridged = before.replaceAll("enp1s0", "br0").split("\n").sort().join("\n");
      for (const line of [
        "table 101",
        "temporary",
        "2001:db8:0:1::104/64",
        "198.51.100.202 dev enp2s0",
        "fe80:",
        "fwmark 0x7",
      ])
        expect(before).toContain(line);
      await using pings = await lan.pingCounter(host.address);
      await stack.up(program(host));
      expect((await pings.stop()).lost).toBeLessThanOrEqual(40);
      expect(await settled((now) => now === bridged)).toBe(bridged);
      expect([await mtu("enp1s0"), await mtu("br0")]).toEqual(["9000\n", "9000\n"]);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      await host.reboot();
      expect(await settled((now) => now === bridged)).toBe(bridged);
      expect([await mtu("enp1s0"), await mtu("br0")]).toEqual(["9000\n", "9000\n"]);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      // It has no BridgeNetfilter, and this machine may have the switches on.
      await host.must(["sh", "-c", calls(0, "iptables", "ip6tables", "arptables")]);
      expect(await foundOn(host)).toEqual([]);
      await succeeds(stack.pulumi.destroy());
      for (const [path, text] of Object.entries(laden)) expect(await host.readFile(path)).toBe(text);
      expect(await settled((now) => now === before)).toBe(before);
      expect(await mtu("enp1s0")).toBe("9000\n");
      for (const what of [
        "two files with an alias",
        "policy routes",
        "a second default route",
        "MTU 9000",
        "IPv6 static, SLAAC and privacy",
      ])
        table.push(`${what} | in place | yes | yes | byte for byte`);
    },
    240 * seconds,
  );

  test(
    "of the NICs that a pattern matches the uplink alone becomes a port, and goes back to the pattern",
    async () => {
      await using host = await start("kvm6", pattern);
      await using stack = await YamlStack.start(lan, [host]);
      const uplink = "enp-the-one-in-the-second-slot";
      /** As udev would, at each boot; and another NIC of the pattern's, which no DHCP server answers. */
      const made = () =>
        host.must([
          ...["sh", "-ec"],
          `ip link property add dev enp1s0 altname ${uplink}
           ip link add ens9 type veth peer name other0; ip link set ens9 up; ip link set other0 up
           until networkctl status ens9 | grep -q all-en; do sleep 0.1; done`,
        ]);
      const on = (link: string) =>
        host.must([
          "sh",
          "-c",
          `ip -br -4 address show dev ${link} | awk '{ print $2, $3 }'; ip -4 route show dev ${link}`,
        ]);
      const file = async (link: string) =>
        /Network File: .*10-netplan-(.*)\.network/.exec(await host.must(["networkctl", "status", link]))?.[1];
      await made();
      const { address } = host;
      const before = await on("enp1s0");
      expect([await file("enp1s0"), await file("ens9")]).toEqual(["all-en", "all-en"]);
      const pings = await lan.pingCounter(address);
      await stack.up(program(host, { uplink }));
      const lost = await pings.stop();
      expect(lost.lost).toBeLessThanOrEqual(40);
      expect(await on("br0")).toBe(before);
      expect([await file("enp1s0"), await file("ens9")]).toEqual(["all-en-kvmnet-enp1s0", "all-en"]);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      await host.reboot();
      await made();
      expect(host.address).toBe(address);
      expect([await file("enp1s0"), await file("ens9")]).toEqual(["all-en-kvmnet-enp1s0", "all-en"]);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      await using again = await lan.pingCounter(address);
      await succeeds(stack.pulumi.destroy());
      expect((await again.stop()).lost).toBeLessThanOrEqual(40);
      expect(await on("enp1s0")).toBe(before);
      expect([await file("enp1s0"), await file("ens9")]).toEqual(["all-en", "all-en"]);
      for (const [path, text] of Object.entries(pattern)) expect(await host.readFile(path)).toBe(text);
      expect(await host.must(["ls", "/etc/netplan"])).toBe("01-netcfg.yaml\n");
      table.push("one of a pattern's NICs, by an alternative name | in place | yes | yes | untouched");
    },
    180 * seconds,
  );

  test(
    "where netplan makes its files with two programs, as since 1.2, it is netplan that runs them",
    async () => {
      await using host = await lan.startHost({ name: "kvm5", release });
      const front = `#!/bin/sh\necho "$*" >>/run/front\nexec /usr/sbin/netplan "$@"\n`;
      await host.writeFile("/usr/local/sbin/netplan", { text: front, mode: 0o755 });
      await using stack = await YamlStack.start(lan, [host]);
      await stack.up(program(host));
      expect((await host.exec(["cat", "/run/front"])).code).toBe(1);
      await host.writeFile("/usr/libexec/netplan/configure", "");
      await stack.up(program(host, { mtu: 1400 }));
      expect(await host.readFile("/run/front")).toMatch(/^(generate --root-dir \S+\n)+$/);
      expect(await mtusOf(host)).toBe("br0:1400\nenp1s0:1400\n");
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    },
    120 * seconds,
  );
});
