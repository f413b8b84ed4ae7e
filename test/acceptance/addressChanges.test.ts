import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Guest } from "../lab/guest";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;
const gateway = { routes: [{ to: "default", via: "192.0.2.1" }], nameservers: ["192.0.2.1"] };

/** A host whose address changes while it is reached at it: nobody is at its console. */
describe.each(releasesFor(__filename))("the host's own address on %s", (release) => {
  let lan: Lan;
  let host: Host;
  let web: Guest;
  let stack: HomelabStack;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release, addressing: { address: "192.0.2.100/24" } });
    web = await host.startGuest({ name: "web" });
    stack = await HomelabStack.start({ lan, hosts: [host], config: { hosts: { kvm1: { bridge: {} } } } });
    expect(await stack.up()).toMatchObject({ code: 0 });
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const dialledAt = (address: string) => ({ host: address, user: "root", hostKey: host.hostKey });
  const configure = (connection: object, bridge: object, more: object = {}) =>
    stack.configure({ hosts: { kvm1: { connection, bridge: { confirm: { timeout: 15 }, ...bridge }, ...more } } });

  /** On br0 and nowhere else, and SSH answers there. */
  async function isAt(address: string): Promise<void> {
    const addresses = await host.must(["ip", "-br", "-4", "address", "show", "scope", "global"]);
    const own = addresses.split("\n").filter((line) => /192\.0\.2\.|198\.51\.100\./.test(line));
    expect(own.map((line) => line.replace(/ metric \d+/, "").split(/\s+/))).toEqual([
      ["br0", "UP", `${address}/24`, ""],
    ]);
    expect(await host.must(["ip", "route", "show", "default"])).toMatch(/^default via 192\.0\.2\.1 dev br0[^\n]*\n$/);
    host.address = address;
    expect(await host.ssh(["true"])).toMatchObject({ code: 0 });
  }

  test(
    "a confirmed change taken back at the console, as docs/safety.md has it: the next up makes it again",
    async () => {
      const page = readFileSync(join(__dirname, "../../docs/safety.md"), "utf8");
      const [, commands = ""] = /```sh\n(sh [^\n]*last-good[^\n]*)\nreboot\n```/.exec(page) ?? [];
      await host.must(["sh", "-ec", commands]);
      await host.reboot();
      expect(await host.addresses()).toMatch(/^enp1s0 +UP +192\.0\.2\.100\/24 *$/m);
      expect(await host.addresses()).not.toMatch(/^br0 /m);
      await web.boot();
      await succeeds(stack.up());
      await isAt("192.0.2.100");
    },
    180 * seconds,
  );

  test(
    "by the program, reached at the old one: confirmed at the new one, and the network of the same up follows",
    async () => {
      await configure(
        dialledAt("192.0.2.100"),
        { addressing: { addresses: ["192.0.2.101/24"], ...gateway } },
        { networks: { lan: {} } },
      );
      const preview = await stack.preview();
      expect(preview.stdout).toMatch(/br0 gets 192\.0\.2\.101\/24\..*192\.0\.2\.100\/24 goes away once/s);
      const stdout = await succeeds(stack.up());
      expect(stdout).toMatch(/the host is reached at 192\.0\.2\.101 from now on\. Write it into connection\.host/);
      await isAt("192.0.2.101");
      expect(await host.must(["virsh", "net-list", "--name"])).toContain("lan");
    },
    180 * seconds,
  );

  test(
    "the connection follows it: nothing else changes, on the host nothing at all",
    async () => {
      await configure(
        dialledAt("192.0.2.101"),
        { addressing: { addresses: ["192.0.2.101/24"], ...gateway } },
        { networks: { lan: {} } },
      );
      const armed = "ls -d --time-style=full-iso -l /var/lib/kvmnet/transactions/*";
      const before = await host.must(["sh", "-c", armed]);
      await succeeds(stack.up());
      expect(await host.must(["sh", "-c", armed])).toBe(before);
      await succeeds(stack.preview(["--expect-no-changes"]));
    },
    120 * seconds,
  );

  test(
    "by the program and in the connection at once, with a NIC that comes in the same up",
    async () => {
      await stack.configure({
        hosts: {
          kvm1: {
            connection: dialledAt("192.0.2.102"),
            bridge: { confirm: { timeout: 15 }, addressing: { addresses: ["192.0.2.102/24"], ...gateway } },
            networks: { lan: {} },
          },
        },
        vms: { web: { host: "kvm1", nics: { lan: { network: "lan" } } } },
      });
      await succeeds(stack.preview());
      await succeeds(stack.up());
      await isAt("192.0.2.102");
      expect((await stack.outputs()).vms.web.lan.ipAddresses).toHaveLength(1);
      await succeeds(stack.preview(["--expect-no-changes"]));
    },
    180 * seconds,
  );

  test(
    "to one that cannot be reached: undone, and the report comes over the old one",
    async () => {
      await stack.configure({
        ...stack.config,
        hosts: {
          kvm1: {
            connection: dialledAt("192.0.2.102"),
            bridge: {
              confirm: { timeout: 15 },
              addressing: { ...gateway, addresses: ["198.51.100.77/24"], routes: [] },
            },
            networks: { lan: {} },
          },
        },
      });
      const up = await stack.up();
      expect(up.code).not.toBe(0);
      expect(up.stdout).toMatch(/The host's own log:/);
      await isAt("192.0.2.102");
    },
    180 * seconds,
  );

  test(
    "from a static one to DHCP's, which nobody knows before",
    async () => {
      await lan.dhcp.reserve((await host.readFile("/sys/class/net/br0/address")).trim(), "192.0.2.120");
      await configure(dialledAt("192.0.2.102"), { addressing: { dhcp4: true } }, { networks: { lan: {} } });
      const stdout = await succeeds(stack.up());
      expect(stdout).toMatch(/the host is reached at 192\.0\.2\.120 from now on/);
      await isAt("192.0.2.120");
    },
    180 * seconds,
  );

  test(
    "the DHCP server gives another one after all: followed, and said",
    async () => {
      const mac = (await host.readFile("/sys/class/net/br0/address")).trim();
      await configure(dialledAt("192.0.2.120"), { addressing: { dhcp4: true } }, { networks: { lan: {} } });
      await succeeds(stack.up());
      await lan.dhcp.reserve(mac, "192.0.2.121");
      await configure(dialledAt("192.0.2.120"), { addressing: { dhcp4: true }, mtu: 1400 }, { networks: { lan: {} } });
      const stdout = await succeeds(stack.up());
      expect(stdout).toMatch(/the host is reached at 192\.0\.2\.121 from now on/);
      await isAt("192.0.2.121");
    },
    180 * seconds,
  );

  test(
    "destroy gives the first one back, and a reboot keeps it",
    async () => {
      await configure(dialledAt("192.0.2.121"), { addressing: { dhcp4: true }, mtu: 1400 });
      await succeeds(stack.up());
      await succeeds(stack.destroy());
      expect(await host.addresses()).toMatch(/^enp1s0 +UP +192\.0\.2\.100\/24 *$/m);
      await host.reboot();
      expect(host.address).toBe("192.0.2.100");
      expect(await host.addresses()).toMatch(/^enp1s0 +UP +192\.0\.2\.100\/24 *$/m);
    },
    180 * seconds,
  );
});
