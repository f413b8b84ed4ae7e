import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

/** A simulated host has this machine's kernel, whose bridges tell no VLANs apart: test/acceptance/vlans has one that does. */
test(
  "a VLAN that would do nothing is refused by the preview, and nothing is attached or changed",
  async () => {
    await using host = await SimulatedHost.start();
    const web = host.libvirt.define("web");
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    const vlan = { tag: 20 };
    await stack.up(programOf(host, ["br", "lan"]));
    const refused = (text: Parameters<typeof stack.preview>[0]) => stack.preview(text).catch(String);

    expect(await refused(programOf(host, ["br", "lan", "nic"], { nic: { vlan } }))).toContain(
      "vlan: br0 does not tell VLANs apart, and VLAN 20 would do nothing there: the guest would be where all are.",
    );
    const kernel = await host.exec([
      "unshare",
      "--net",
      "ip",
      "link",
      "add",
      "k0",
      "type",
      "bridge",
      "vlan_filtering",
      "1",
    ]);
    const filtering = { br: { vlanFiltering: true, vlans: [20, "100-199"] } };
    if (kernel.code !== 0)
      expect(await refused(programOf(host, ["br"], filtering))).toContain(
        "vlanFiltering: the bridges of this host's kernel do not tell VLANs apart",
      );
    host.libvirt.version = "9.0.0";
    expect(await refused(programOf(host, ["br", "lan", "nic"], { nic: { vlan } }))).toContain(
      "vlan: libvirt 9.0.0 gives a NIC on a bridge no VLAN; 11.0 and later do",
    );
    expect([web.live, web.inactive]).toEqual([[], []]);
    expect(await stack.unchanged(programOf(host, ["br", "lan"]))).toEqual({ code: 0, said: "" });
  },
  5 * minutes,
);
