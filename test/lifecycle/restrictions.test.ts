import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

test(
  "a NIC is isolated and filtered live and in the definition, drift is healed, and what is said no more goes",
  async () => {
    await using host = await SimulatedHost.start();
    const web = host.libvirt.define("web");
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    const filter = { name: "clean-traffic", addresses: ["192.0.2.77"] };
    const program = (nic: object = {}) => programOf(host, ["br", "lan", "nic"], { nic: { ...nic } });
    const isolated = async () => {
      const [link] = JSON.parse(await host.must(["ip", "-d", "-j", "link", "show", "vnet0"]));
      return link.linkinfo.info_slave_data.isolated;
    };
    const filterref = { "@filter": "clean-traffic", parameter: { "@name": "IP", "@value": "192.0.2.77" } };
    const restricted = [{ port: { "@isolated": "yes" }, filterref }];

    await stack.up(program({ isolated: true, filter }));
    expect(web).toMatchObject({ live: restricted, inactive: restricted });
    expect(await isolated()).toBe(true);
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });

    // libvirt still says that it is.
    await host.must(["ip", "link", "set", "dev", "vnet0", "type", "bridge_slave", "isolated", "off"]);
    expect(await stack.preview()).toContain("the TAP vnet0 is not isolated in its bridge");
    await stack.up();
    expect(await isolated()).toBe(true);
    await host.must(["ip", "link", "set", "dev", "vnet0", "nomaster"]);
    expect(await stack.preview()).toContain("the TAP vnet0 is in no bridge instead of in br0");
    await stack.up();
    expect(await isolated()).toBe(true);
    const [nic] = web.inactive as Record<string, unknown>[];
    if (nic) delete nic.filterref;
    expect(await stack.preview()).toContain(
      "in the definition of web the NIC has no filter instead of the filter clean-traffic for 192.0.2.77",
    );
    await stack.up();
    expect(web.inactive).toMatchObject(restricted);

    const none = await stack.preview(program({ filter: { name: "clena-traffic" } })).catch(String);
    expect(none).toContain("filter.name: libvirt has no network filter clena-traffic on this host");
    const preview = await stack.preview(program());
    expect(preview).toContain(
      "is isolated no more, live. web's NIC " +
        `${/web's NIC (\S+) is isolated/.exec(preview)?.[1]} gets no filter instead of the filter clean-traffic for 192.0.2.77, live.`,
    );
    await stack.up();
    for (const side of [web.live, web.inactive])
      expect(side).toEqual([expect.not.objectContaining({ filterref: expect.anything() })]);
    expect(await isolated()).toBe(false);
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
  },
  5 * minutes,
);
