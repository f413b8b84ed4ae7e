import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

test(
  "a NIC directly on one of the host's is made, moves to a bridge and back, and goes; a bridge is not made under it",
  async () => {
    await using host = await SimulatedHost.start();
    const web = host.libvirt.define("web");
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    const nic = (on: object) =>
      programOf(host, ["nic"], { nic: { network: undefined, macAddress: "52:54:00:00:00:01", ...on } });
    const mode = async () => (await host.must(["ip", "-d", "link"])).match(/ macvtap +mode (\w+)/)?.[1];
    const on = (mode: string) => [{ "@type": "direct", source: { "@dev": "enp1s0", "@mode": mode } }];
    await host.must(["ip", "link", "add", "other0", "type", "bridge"]);

    expect(await stack.preview(nic({ device: "enp1s0" }))).toContain(
      "The host itself does not reach the guest on it, nor the guest the host; the LAN does.",
    );
    await stack.up();
    expect(web).toMatchObject({ live: on("bridge"), inactive: on("bridge") });
    expect(await mode()).toBe("bridge");
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });

    const bridge = programOf(host, ["br"]).resources;
    const refused = await running.stack
      .preview({ resources: { ...nic({ device: "enp1s0" }).resources, ...bridge } })
      .catch(String);
    expect(refused).toMatch(
      /the VM web has its NIC \S+ directly on enp1s0 \(macvtap\), .* no port of a bridge.*accept: \[\\?"vm:web:enp1s0/s,
    );

    await stack.up(nic({ device: "enp1s0", mode: "private" }));
    expect(web).toMatchObject({ live: on("private"), inactive: on("private") });
    expect(await mode()).toBe("private");
    await stack.up(nic({ bridge: "other0" }));
    expect(web).toMatchObject({ live: [{ "@type": "bridge" }], inactive: [{ "@type": "bridge" }] });
    expect(await mode()).toBeUndefined();
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    await stack.up(nic({ device: "enp1s0" }));
    expect(web).toMatchObject({ live: on("bridge"), inactive: on("bridge") });
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });

    expect((await stack.pulumi.destroy()).code).toBe(0);
    expect(web).toMatchObject({ live: [], inactive: [] });
    expect(await mode()).toBeUndefined();
  },
  5 * minutes,
);

test(
  "a network of macvtaps is made and taken over, its VM's NIC with it, and it moves while no VM runs on it",
  async () => {
    await using host = await SimulatedHost.start();
    const web = host.libvirt.define("web");
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    const program = (on: object, names: readonly ("lan" | "nic")[] = ["lan", "nic"], nic = {}) =>
      programOf(host, names, { lan: { bridge: undefined, ...on }, nic: { network: "lan", ...nic } });
    const device = { device: "enp1s0" };
    await host.must(["ip", "link", "add", "other0", "type", "bridge"]);

    const refused = (on: object) => stack.preview(program(on, ["lan"])).catch(String);
    expect(await refused({})).toContain("say what the network is on: either bridge or device");
    expect(await refused({ ...device, bridge: "other0" })).toContain("either bridge or device, not both");
    expect(await refused({ bridge: "other0", mode: "vepa" })).toContain("is of a network on a `device`");
    expect(await refused({ device: "enp9s9" })).toContain("device: the host has no interface enp9s9");
    expect(await refused({ device: "other0" })).toContain("other0 is a bridge: say it as `bridge`");

    expect(await stack.preview(program(device, ["lan"]))).toContain(
      "libvirt gets the network lan on enp1s0 directly (macvtap, mode bridge), active, started with the host. The host itself does not reach the guest on it",
    );
    await stack.up();
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    expect(host.libvirt.networks[0]?.live).toMatchObject({
      forward: { "@mode": "bridge", interface: { "@dev": "enp1s0" } },
    });
    expect(await stack.preview(program(device, ["lan", "nic"], { isolated: true })).catch(String)).toContain(
      "isolated: can't be on the network lan, whose NICs are macvtaps",
    );
    expect(await stack.preview(program(device))).toContain("The host itself does not reach the guest on it");
    await stack.up();
    expect(web.live).toMatchObject([{ "@type": "direct", source: { "@network": "lan", "@dev": "enp1s0" } }]);
    expect(web.inactive).toMatchObject([{ "@type": "network", source: { "@network": "lan" } }]);
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });

    // What libvirt can't do while VMs run on it is refused by the preview too.
    expect(await stack.preview(program({ bridge: "other0" })).catch(String)).toContain(
      "the network lan can't go from enp1s0 directly (macvtap, mode bridge) to bridge other0: web runs on it",
    );
    await stack.up(program(device, ["lan", "nic"], { linkState: "down" }));
    expect(web.live).toMatchObject([{ "@type": "direct", link: { "@state": "down" } }]);
    await stack.up(program(device, ["lan", "nic"], { network: undefined, bridge: "other0" }));
    expect(web.live).toMatchObject([{ "@type": "bridge", source: { "@bridge": "other0" } }]);
    await stack.up(program({ ...device, mode: "private" }, ["lan", "nic"], { network: undefined, bridge: "other0" }));
    await stack.up(program({ ...device, mode: "private" }));
    expect(web.live).toMatchObject([{ "@type": "direct", source: { "@dev": "enp1s0", "@mode": "private" } }]);
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });

    await stack.up(program({ ...device, mode: "private" }, ["lan"]));
    await stack.up(program({ bridge: "other0" }, ["lan"]));
    expect(host.libvirt.networks[0]?.live).toMatchObject({ bridge: { "@name": "other0" } });
    expect(JSON.stringify(host.libvirt.networks[0]?.live)).not.toContain("enp1s0");
    expect((await stack.pulumi.destroy()).code).toBe(0);
    expect(host.libvirt.networks).toEqual([]);
    expect(web).toMatchObject({ live: [], inactive: [] });
  },
  5 * minutes,
);
