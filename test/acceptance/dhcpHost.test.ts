import { footprint } from "../lab/footprint";
import { foundOn } from "../lab/foundOn";
import type { Guest } from "../lab/guest";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;

const nics = { lan: { network: "lan" } };
const byHand = "52:54:00:00:00:99";
const config = {
  hosts: { kvm1: { bridge: {}, networks: { lan: {} } } },
  vms: {
    web: { host: "kvm1", nics: { ...nics, second: { bridge: "br0", waitForAddress: 0 } } },
    spare: { host: "kvm1", nics },
  },
};

describe.each(releasesFor(__filename))("a host with DHCP on %s", (release) => {
  let lan: Lan;
  let host: Host;
  let web: Guest;
  let stack: HomelabStack;
  let netplanBefore: string;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release });
    web = await host.startGuest({ name: "web" });
    await host.startGuest({ name: "spare", running: false });
    netplanBefore = await host.readFile("/etc/netplan/01-netcfg.yaml");
    stack = await HomelabStack.start({ lan, hosts: [host], config });
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const xml = (name: string, ...flags: string[]) => host.must(["virsh", "dumpxml", name, ...flags]);

  test(
    "preview names what moves, shows the files and writes nothing",
    async () => {
      const before = await footprint(host);
      const { code, stdout } = await stack.preview();
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /192\.0\.2\.\d+\/24 \(DHCP\), .*the default route via 192\.0\.2\.1.* move from enp1s0 to br0\./,
      );
      expect(stdout).toContain("+++ /etc/netplan/80-kvmnet-br0.yaml");
      expect(stdout).toContain("-      dhcp4: true");
      expect(stdout).toContain("web runs: it gets the NIC");
      expect(stdout).toContain("spare is shut off");
      expect(await footprint(host)).toBe(before);
    },
    60 * seconds,
  );

  test(
    "up keeps the host's address, and at most 10 pings at 5 ms are lost",
    async () => {
      const uptime = await web.uptime();
      await using pings = await lan.pingCounter(host.address, { intervalMs: 5 });
      const { code, stdout, stderr } = await stack.up();
      const { sent, lost, longestGapMs } = await pings.stop();
      console.log(`${release}, DHCP: ${lost} of ${sent} pings lost, longest gap ${longestGapMs} ms`);
      expect({ code, said: code === 0 ? "" : stdout + stderr }).toEqual({ code: 0, said: "" });
      const addresses = await host.addresses();
      expect(addresses).toMatch(new RegExp(`^br0 .*${host.address}/24`, "m"));
      expect(addresses).not.toMatch(/^enp1s0/m);
      expect(lost).toBeLessThanOrEqual(10);
      expect(await web.uptime()).toBeGreaterThan(uptime);
    },
    180 * seconds,
  );

  test("the host keeps its address by a lease of its own, under the identity that it had", async () => {
    const status = await host.must(["networkctl", "--no-pager", "status", "br0"]);
    expect(status).toMatch(new RegExp(`${host.address} \\(DHCPv?4 via 192\\.0\\.2\\.1\\)`));
  });

  test("the running VM has its NICs live and in its definition, virtio, with the same MAC address", async () => {
    const { vms } = await stack.outputs();
    for (const [key, source] of [
      ["lan", "network='lan'"],
      ["second", "bridge='br0'"],
    ] as const) {
      const { macAddress } = vms.web[key];
      for (const text of [await xml("web"), await xml("web", "--inactive")]) {
        const nic = text.split("<interface").find((part) => part.includes(macAddress));
        expect(nic).toContain(source);
        expect(nic).toContain("<model type='virtio'/>");
      }
    }
  });

  test(
    "its address is known, and the LAN reaches it there",
    async () => {
      const { vms } = await stack.outputs();
      const [address] = vms.web.lan.ipAddresses;
      expect(await web.addresses()).toContain(address);
      expect(await lan.engine.run(["ping", "-c", "2", "-W", "2", address])).toMatchObject({ code: 0 });
      expect(await web.run(["ping", "-c", "2", "192.0.2.1"])).toMatchObject({ code: 0 });
      expect(await foundOn(host)).toEqual([]);
      const banner = await lan.engine.must([
        "bash",
        "-c",
        'exec 3<>"/dev/tcp/$1/22" && head -n 1 <&3',
        "bash",
        address,
      ]);
      expect(banner).toMatch(/^SSH-2\.0-/);
    },
    60 * seconds,
  );

  test("the VM that is shut off has the NIC in its definition", async () => {
    const { vms } = await stack.outputs();
    expect(await xml("spare", "--inactive")).toContain(vms.spare.lan.macAddress);
    expect(vms.spare.lan).toMatchObject({ ipAddresses: [], tap: "" });
  });

  test(
    "a second up changes nothing and writes nothing on the host",
    async () => {
      const before = await footprint(host);
      await succeeds(stack.up(["--expect-no-changes"]));
      expect(await stack.refresh(["--expect-no-changes"])).toMatchObject({ code: 0 });
      expect(await footprint(host)).toBe(before);
    },
    120 * seconds,
  );

  test(
    "a NIC for a VM that is not there fails, and says which are",
    async () => {
      await stack.configure({ ...config, vms: { ...config.vms, ghost: { host: "kvm1", nics } } });
      const { code, stdout } = await stack.up();
      expect(code).not.toBe(0);
      expect(stdout).toContain("domain: there is no VM ghost; it has spare, web.");
      // Its component is in the state all the same: Pulumi registers one before its children.
      await stack.configure(config);
      expect(await stack.up()).toMatchObject({ code: 0 });
      expect(await stack.preview(["--expect-no-changes"])).toMatchObject({ code: 0 });
    },
    120 * seconds,
  );

  test(
    "after a power cycle of the VM the NIC is there again",
    async () => {
      const { vms } = await stack.outputs();
      await host.must(["virsh", "destroy", "web"]);
      await web.boot();
      await web.waitForAddress();
      const [address] = vms.web.lan.ipAddresses;
      expect(await lan.engine.run(["ping", "-c", "20", "-i", "0.5", "-W", "2", address])).toMatchObject({ code: 0 });
      expect(await stack.preview(["--expect-no-changes"])).toMatchObject({ code: 0 });
    },
    120 * seconds,
  );

  test(
    "after a reboot the host is at its address, on br0",
    async () => {
      await host.reboot();
      expect(await host.must(["ip", "-br", "-4", "address", "show", "dev", "br0"])).toContain(`${host.address}/24`);
      await web.boot();
    },
    180 * seconds,
  );

  test(
    "destroy is refused while a VM runs on the bridge that Pulumi knows nothing of, and names it",
    async () => {
      const nic = ["bridge", "br0", "--mac", byHand, "--live"];
      await host.must(["virsh", "attach-interface", "web", ...nic]);
      const { code, stdout } = await stack.destroy();
      expect(stdout).toMatch(/br0 can't be deleted: web runs on it\. Shut down or detach, or set forceDelete/);
      expect(code).not.toBe(0);
      expect(await host.must(["ip", "-br", "-4", "address", "show", "dev", "br0"])).toContain(`${host.address}/24`);
      await stack.configure({ hosts: { kvm1: { bridge: { forceDelete: true } } } });
      expect(await stack.up()).toMatchObject({ code: 0 });
    },
    180 * seconds,
  );

  test(
    "destroy gives the NIC its old configuration and address back, byte for byte; forceDelete with the VM on it",
    async () => {
      await succeeds(stack.destroy());
      expect(await host.readFile("/etc/netplan/01-netcfg.yaml")).toBe(netplanBefore);
      expect(await host.must(["ls", "/etc/netplan", "/etc/systemd/network"])).not.toContain("kvmnet");
      expect(await host.must(["ip", "-br", "-4", "address", "show", "dev", "enp1s0"])).toContain(`${host.address}/24`);
      expect((await host.exec(["ip", "link", "show", "dev", "br0"])).code).not.toBe(0);
      expect(await host.must(["virsh", "net-list", "--all", "--name"])).not.toContain("lan");
      expect((await xml("web")).split("<interface").slice(1)).toEqual([expect.stringContaining(byHand)]);
      expect(await xml("web", "--inactive")).not.toContain("<interface");
      expect(await xml("spare", "--inactive")).not.toContain("<interface");
      expect(await web.run(["true"])).toMatchObject({ code: 0 });
    },
    180 * seconds,
  );
});
