import { SimulatedHost } from "./host/simulatedHost";
import { SimulatedHomelab } from "./simulatedHomelab";

const minutes = 60_000;

test(
  "a homelab's `bridge` becomes one of its `bridges`, and back, and each resource stays",
  async () => {
    await using host = await SimulatedHost.start();
    host.libvirt.define("web", { running: false });
    await using homelab = await SimulatedHomelab.start(host);
    const { pulumi } = homelab;
    const say = (bridges: object) =>
      homelab.say({
        hosts: { kvm1: { connection: { host: "kvm1.example" }, networks: { lan: { bridge: "br0" } }, ...bridges } },
        vms: { web: { host: "kvm1", nics: { lan: { network: "lan" } } } },
      });
    await say({ bridge: {} });
    expect(await pulumi.up(homelab.args())).toMatchObject({ code: 0 });
    const file = await host.must(["cat", "/etc/netplan/80-kvmnet-br0.yaml"]);

    await say({ bridges: { br0: {} } });
    const moved = await pulumi.preview(homelab.args());
    expect(moved).toMatchObject({ code: 0, stdout: expect.not.stringMatching(/replace|delete|create/) });
    for (const bridges of [{ bridges: { br0: {} } }, { bridge: {} }]) {
      await say(bridges);
      const { code, stdout } = await pulumi.up(homelab.args());
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ +\d+ unchanged$/m) });
      expect(stdout).not.toMatch(/created|deleted|replaced/);
    }
    // With others beside it from the beginning, too, it is the one of the usual name.
    await say({ bridges: { br9: { uplink: "none" }, br0: {} } });
    const { stdout } = await pulumi.preview(homelab.args());
    expect(stdout).toMatch(/kvmnet:index:Bridge +kvm1\/br9 +create/);
    expect(stdout).not.toMatch(/replace|delete/);
    expect(stdout).toMatch(/\+ 3 to create/);
    expect(await host.must(["cat", "/etc/netplan/80-kvmnet-br0.yaml"])).toBe(file);
  },
  3 * minutes,
);
