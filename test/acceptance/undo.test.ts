import { CommandLine } from "../lab/commandLine";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;
const addressing = {
  addresses: ["192.0.2.101/24"],
  routes: [{ to: "default", via: "192.0.2.1" }],
  nameservers: ["192.0.2.1"],
};

/** DHCP's address, which the host keeps, and a VM that runs on the bridge all the time. */
describe.each(releasesFor(__filename))("a change that is taken back on %s", (release) => {
  let lan: Lan;
  let host: Host;
  let stack: HomelabStack;
  let leased: string;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release });
    leased = host.address;
    stack = await HomelabStack.start({ lan, hosts: [host], config: { hosts: { kvm1: { bridge: {} } } } });
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const dialled = (at: string) => ({ host: at, user: "root", hostKey: host.hostKey });
  const configure = (at: string, bridge: object) =>
    stack.configure({
      hosts: { kvm1: { connection: dialled(at), bridge: { confirm: { timeout: 20 }, ...bridge } } },
    });

  async function undo(...args: string[]) {
    const cli = await CommandLine.of(host, [leased, "192.0.2.101"]);
    return cli.run("undo", ...args, `root@${host.address}`);
  }

  test(
    "is the NIC's own again, with its lease, and is so after a reboot",
    async () => {
      const file = await host.readFile("/etc/netplan/01-netcfg.yaml");
      await succeeds(stack.up());
      const create = await undo("--yes");
      expect(create).toMatchObject({ code: 0, stdout: expect.stringContaining("undone, and confirmed") });
      const back = new RegExp(`^enp1s0 +UP +${leased}/24`, "m");
      expect(await host.addresses()).toMatch(back);
      expect(await host.addresses()).not.toMatch(/^br0 /m);
      expect(await host.readFile("/etc/netplan/01-netcfg.yaml")).toBe(file);
      await host.reboot();
      expect(await host.addresses()).toMatch(back);
    },
    120 * seconds,
  );

  test(
    "has the address again that DHCP gave, while a VM runs on the bridge",
    async () => {
      await succeeds(stack.up());
      await host.startGuest({ name: "web", nic: { bridge: "br0" } });
      const taps = await host.must(["ls", "/sys/class/net/br0/brif"]);
      await configure(leased, { addressing });
      await succeeds(stack.up());
      host.address = "192.0.2.101";

      const update = await undo("--yes");
      expect(update).toMatchObject({ code: 0, stdout: expect.stringContaining("undone, and confirmed") });
      host.address = leased;
      expect(await host.addresses()).toMatch(new RegExp(`^br0 +UP +${leased}/24`, "m"));
      expect(await host.addresses()).not.toContain("192.0.2.101");
      expect(await host.must(["ls", "/sys/class/net/br0/brif"])).toBe(taps);
      await configure(leased, {});
      await succeeds(stack.up());
      await succeeds(stack.preview(["--expect-no-changes"]));
    },
    120 * seconds,
  );
});
