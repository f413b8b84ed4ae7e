import type { Guest } from "../lab/guest";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { releasesFor } from "../lab/releases";
import { strikeAt } from "../lab/strike";
import { lifted, noOutgoing } from "../lab/wall";
import { YamlStack } from "../lab/yamlStack";

const seconds = 1000;
const connection = { host: "kvm1.example" };
/** An output of another resource, as YAML programs have it. */
const of = (output: string) => `\${${output}}`;
/** nspawn's /dev is no devtmpfs: udev makes the node that libvirt opens. */
const macvtapNodes = {
  "/etc/udev/rules.d/99-macvtap.rules":
    'SUBSYSTEM=="macvtap", ACTION=="add", RUN+="/bin/sh -c \'mknod /dev/%k c %M %m\'"\n',
};

describe.each(releasesFor(__filename))("VMs on a LAN in other ways on %s", (release) => {
  let lan: Lan;
  let host: Host;
  let web: Guest;
  let liar: Guest;
  let stack: YamlStack;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release, extraNics: ["enp2s0"], files: macvtapNodes });
    await host.must([
      "sh",
      "-ec",
      "ip link add br0 type bridge; ip link set br0 up; ip address add 10.9.0.1/24 dev br0",
    ]);
    await host.must(["ip", "link", "set", "enp2s0", "up"]);
    [web, liar] = await Promise.all([host.startGuest({ name: "web" }), host.startGuest({ name: "liar" })]);
    stack = await YamlStack.start(lan, [host]);
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const nic = (domain: string, properties: object) => ({
    type: "kvmnet:Nic",
    properties: { connection, domain, waitForAddress: 0, ...properties },
  });
  /** Its DHCP client flushes the NIC when it starts. */
  const address = (guest: Guest, own: string) =>
    guest.must(["sh", "-c", `until killall udhcpc; do sleep 0.1; done; ip address replace ${own}/24 dev eth0`]);
  const reaches = async (guest: Guest, to: string, from: readonly string[] = []) =>
    (await guest.run(["ping", "-c", "2", "-W", "2", ...from, to])).code === 0;

  test(
    "a guest that lies is let out as itself alone, and isolated guests do not hear each other",
    async () => {
      const on = (restrictions: object) => ({
        resources: {
          web: nic("web", { bridge: "br0", isolated: true }),
          liar: nic("liar", { bridge: "br0", ...restrictions }),
        },
      });
      await stack.up(on({}));
      await address(web, "10.9.0.2");
      await address(liar, "10.9.0.3");
      await liar.must(["ip", "address", "add", "10.9.0.99/32", "dev", "eth0"]);
      const seen = async () => ({
        web: await reaches(liar, "10.9.0.2"),
        host: await reaches(liar, "10.9.0.1"),
        lie: await reaches(liar, "10.9.0.1", ["-I", "10.9.0.99"]),
      });
      expect(await seen()).toEqual({ web: true, host: true, lie: true });
      await stack.up(on({ isolated: true, filter: { name: "clean-traffic", addresses: ["10.9.0.3"] } }));
      expect(await seen()).toEqual({ web: false, host: true, lie: false });
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      await stack.up(on({}));
      expect(await seen()).toEqual({ web: true, host: true, lie: true });
      await stack.up({ resources: {} });
    },
    120 * seconds,
  );

  test(
    "a macvtap's guest has a lease that the LAN reaches and the host does not, and keeps running on its way to a bridge",
    async () => {
      const on = (place: object) => ({ resources: { web: nic("web", { macAddress: "52:54:00:00:00:01", ...place }) } });
      expect(await stack.preview(on({ device: "enp2s0" }))).toContain("The host itself does not reach the guest on it");
      await stack.up();
      const leased = await web.waitForAddress();
      expect((await lan.engine.run(["ping", "-c", "3", "-W", "2", leased])).code).toBe(0);
      expect((await host.exec(["ping", "-c", "2", "-W", "1", "-I", "enp2s0", leased])).code).not.toBe(0);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      const uptime = await web.uptime();
      await stack.up(on({ bridge: "br0" }));
      await host.must(["sh", "-ec", "ls /sys/class/net/br0/brif | grep -q vnet; ! ls -d /sys/class/net/macvtap*"]);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      await stack.up(on({ device: "enp2s0" }));
      expect(await web.uptime()).toBeGreaterThan(uptime);
      await stack.up({ resources: {} });
    },
    120 * seconds,
  );

  test(
    "a network of macvtaps is started with the host, its guests are on the LAN, and what VMs run on is not moved under them",
    async () => {
      const on = (place: object, running = true) => ({
        resources: {
          taps: { type: "kvmnet:Network", properties: { connection, name: "taps", ...place } },
          ...(running && {
            web: nic("web", { network: of("taps.name"), macAddress: "52:54:00:00:00:01" }),
          }),
        },
      });
      await stack.up(on({ device: "enp2s0" }));
      const leased = await web.waitForAddress();
      expect((await lan.engine.run(["ping", "-c", "3", "-W", "2", leased])).code).toBe(0);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      expect(await host.must(["virsh", "net-info", "taps"])).toMatch(/Autostart: +yes/);
      const uptime = await web.uptime();
      await stack.up({
        resources: {
          ...on({ device: "enp2s0" }).resources,
          web: nic("web", { network: of("taps.name"), linkState: "down", macAddress: "52:54:00:00:00:01" }),
        },
      });
      expect(await host.must(["virsh", "dumpxml", "web"])).toMatch(/<link state='down'\/>/);
      await stack.up(on({ device: "enp2s0" }));
      await expect(stack.preview(on({ bridge: "br0" }))).rejects.toThrow(
        /can't go from enp2s0 directly .* web runs on it/,
      );
      expect(await web.uptime()).toBeGreaterThan(uptime);
      await stack.up(on({ device: "enp2s0" }, false));
      await stack.up(on({ bridge: "br0" }, false));
      expect(await host.must(["virsh", "net-dumpxml", "taps"])).toContain("<bridge name='br0'/>");
      await stack.up(on({ device: "enp2s0", mode: "vepa" }, false));
      expect(await host.must(["virsh", "net-dumpxml", "--inactive", "taps"])).toMatch(
        /<forward dev='enp2s0' mode='vepa'>\s*<interface dev='enp2s0'\/>/,
      );
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      await stack.up({ resources: {} });
      expect(await host.must(["virsh", "net-list", "--all", "--name"])).not.toContain("taps");
    },
    120 * seconds,
  );

  test(
    "a VM on a macvtap of the host's own NIC comes to a bridge on that in one up, after one that is undone, and has the address that it had",
    async () => {
      const macAddress = "52:54:00:00:00:01";
      const confirm = { timeout: 20, probes: [{ tcp: "192.0.2.1:53" }] };
      const br = { name: "br1", accept: ["vm:web:enp1s0"], confirm };
      const bridged = {
        resources: {
          br: { type: "kvmnet:Bridge", properties: { connection, ...br } },
          web: nic("web", { bridge: of("br.name"), macAddress }),
        },
      };
      await stack.up({ resources: { web: nic("web", { device: "enp1s0", macAddress }) } });
      const leased = await web.waitForAddress();
      const isReached = () => lan.engine.must(["ping", "-c", "3", "-W", "2", leased]);
      await isReached();
      const uptime = await web.uptime();
      const before = await networkPicture(host, /macvtap/);
      expect(await stack.preview(bridged)).toContain("the guest is off the LAN for some seconds");

      const { struck } = await strikeAt(host, "armed", noOutgoing("tcp dport 53"));
      const [undone] = await Promise.all([stack.pulumi.up(), struck]);
      await host.must(lifted);
      expect(undone.stdout).toMatch(/the change was rolled back, the host is as before/);
      expect(await web.waitForAddress()).toBe(leased);
      await isReached();
      expect(await settledPicture(host, before, /macvtap/)).toBe(before);

      await stack.up(bridged);
      expect(await web.waitForAddress()).toBe(leased);
      await isReached();
      expect((await host.exec(["ping", "-c", "3", "-W", "2", leased])).code).toBe(0);
      expect(await web.uptime()).toBeGreaterThan(uptime);
      expect(await host.must(["virsh", "dumpxml", "--inactive", "web"])).toMatch(/<source bridge='br1'\/>/);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      await stack.up({ resources: {} });
    },
    300 * seconds,
  );
});
