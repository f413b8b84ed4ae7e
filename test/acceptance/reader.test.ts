import { footprint } from "../lab/footprint";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;

/** As in a pipeline: a user who may ask libvirt, and not become root. */
describe.each(releasesFor(__filename))("on %s, who is not root", (release) => {
  let lan: Lan;
  let host: Host;
  let stack: HomelabStack;

  const nics = { lan: { network: "lan" } };
  const configOf = (connection: object, vms: readonly string[]) => ({
    hosts: { kvm1: { bridge: {}, networks: { lan: {} }, ...connection } },
    vms: Object.fromEntries(vms.map((name) => [name, { host: "kvm1", nics }])),
  });
  const reader = () => ({ connection: { host: host.address, user: "helper", password: "lab" } });

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release });
    for (const name of ["web", "spare"]) await host.startGuest({ name, running: false });
    await host.must(["usermod", "--append", "--groups", "libvirt", "helper"]);
    stack = await HomelabStack.start({ lan, hosts: [host], config: configOf({}, ["web"]) });
    await succeeds(stack.up());
  }, 300 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  test(
    "previews what can be seen, is told what can't, and changes nothing",
    async () => {
      const before = await footprint(host);
      await stack.configure(configOf(reader(), ["web", "spare"]));
      const said = await succeeds(stack.preview());
      expect(said).toMatch(/helper@\S+: this look is not root's:\n +kvmnet's records .*root's alone\n/);
      expect(said).toMatch(/netplan's files can't be read: that is root's alone/);
      expect(said).toContain('`up` needs root: set connection.user to "root"');
      expect(said).toMatch(/spare is shut off: it gets the NIC/);
      // The engine shows a warning when it comes, and in its summary.
      const [, summary = ""] = said.split("Diagnostics:");
      expect(summary.match(/this look is not root's:\n/g)).toHaveLength(1);
      const { code, stdout } = await stack.up();
      expect(code).not.toBe(0);
      expect(stdout).toContain("kvmnet works on a host as root");
      expect(await footprint(host)).toBe(before);
    },
    120 * seconds,
  );
});
