import { SimulatedHost } from "./host/simulatedHost";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const uuid = "6b1f3f0a-5a0e-4a57-9d0b-7d1f6f3c2a11";

/** The network stands for what defines the VM anew in the same `up`, as another provider's update of it does. */
const programOf = (host: SimulatedHost, memory: string, autostart: boolean) => ({
  resources: {
    br: { type: "kvmnet:Bridge", properties: { connection: host.connection } },
    lan: {
      type: "kvmnet:Network",
      properties: { connection: host.connection, name: "lan", bridge: "$" + "{br.name}", autostart },
    },
    nic: {
      type: "kvmnet:Nic",
      properties: {
        ...{ connection: host.connection, domain: "web", network: "lan", waitForAddress: 0 },
        triggers: { memory },
      },
      options: { dependsOn: ["$" + "{lan}"] },
    },
  },
});

test.each([
  ["its UUID", {}],
  ["another UUID", { uuid }],
] as const)(
  "a NIC whose triggers change is given again to a VM that was defined anew, with %s, in the same up",
  async (_, as) => {
    await using host = await SimulatedHost.start();
    const before = host.libvirt.define("web");
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    await stack.up(programOf(host, "1 GiB", true));
    const mac = before.live[0]?.mac["@address"];
    expect(mac).toMatch(/^52:54:00:/);

    let anew = before;
    host.onCommand = (command) => {
      if (anew === before && command.includes("net-autostart")) {
        host.libvirt.undefine("web");
        anew = host.libvirt.define("web", as);
      }
      return undefined;
    };
    const up = await stack.up(programOf(host, "2 GiB", false));
    expect(up).toMatch(/kvmnet:index:Nic nic updated/);
    expect(anew).not.toBe(before);
    expect(anew).toMatchObject({
      live: [{ mac: { "@address": mac }, source: { "@network": "lan" } }],
      inactive: [{ mac: { "@address": mac } }],
    });
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });

    expect((await stack.pulumi.destroy()).code).toBe(0);
    expect(anew).toMatchObject({ live: [], inactive: [] });
    expect(await host.must(["find", "/var/lib/kvmnet", "-path", "*/nics/*"])).toBe("");
  },
  5 * minutes,
);
