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
      /macvtap \S+ of the VM web is on enp1s0: the kernel makes such a NIC no port of a bridge.*take its Nic out of the program/s,
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
