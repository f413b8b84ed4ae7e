import { SimulatedHost } from "./host/simulatedHost";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

const netplan = `network:
  version: 2
  ethernets:
    enp1s0:
      addresses: [192.0.2.100/24]
      routes:
        - to: default
          via: 192.0.2.1
    enp2s0:
      addresses: [198.51.100.2/24]
`;

const networkOf = async (host: SimulatedHost) =>
  (await host.must(["ip", "-br", "address"])).replaceAll(/@if\d+|[ ]+$/gm, "") + (await host.must(["ip", "route"]));

const bridgeOf = (host: SimulatedHost, name: string, properties: object = {}) => ({
  type: "kvmnet:index:Bridge",
  properties: { connection: host.connection, name, ...properties },
});

const portsOf = async (host: SimulatedHost, bridge: string) =>
  (await host.must(["ls", `/sys/class/net/${bridge}/brif`])).split("\n").filter(Boolean);

test(
  "bridges of one host are made one after the other in one up, each for the host as the one before left it",
  async () => {
    await using host = await SimulatedHost.start("kvm1", { netplan, nics: ["enp1s0", "enp2s0"] });
    host.answering.add("198.51.100.9");
    const before = await networkOf(host);
    await using running = await SimulatedStack.start();
    const { stack } = running;
    // Nothing says which is first.
    const resources = {
      lan: bridgeOf(host, "br0"),
      storage: bridgeOf(host, "br1", { uplink: "enp2s0", confirm: { probes: [{ ping: "198.51.100.9" }] } }),
    };
    await stack.up({ resources });
    expect(await portsOf(host, "br0")).toEqual(["enp1s0"]);
    expect(await portsOf(host, "br1")).toEqual(["enp2s0"]);
    const addresses = await host.must(["ip", "-br", "-4", "address"]);
    expect(addresses).toMatch(/^br0 .* 192\.0\.2\.100\/24/m);
    expect(addresses).toMatch(/^br1 .* 198\.51\.100\.2\/24/m);
    // Each change has its own way back: of one that ran into the other, there would be one, or three.
    const changes = await host.must(["sh", "-c", "cat /var/lib/kvmnet/transactions/*/state"]);
    expect(changes).toBe("confirmed\nconfirmed\n");
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    await stack.pulumi.destroy();
    expect(await networkOf(host)).toBe(before);
  },
  5 * minutes,
);

test(
  "a bridge without an uplink is made, mended and changed, never put on a NIC, and goes without a trace",
  async () => {
    await using host = await SimulatedHost.start();
    const web = host.libvirt.define("web");
    const before = await networkOf(host);
    await using running = await SimulatedStack.start();
    const { stack } = running;
    const { connection } = host;
    const of = (name: string) => `\${${name}.name}`;
    const network = { type: "kvmnet:index:Network", properties: { connection, name: "alone", bridge: of("br9") } };
    const onIt = { connection, domain: "web", network: of("alone"), waitForAddress: 0 };
    const programOf = (properties: object) => ({
      resources: {
        br9: bridgeOf(host, "br9", properties),
        alone: network,
        nic: { type: "kvmnet:index:Nic", properties: onIt },
      },
    });
    expect(await stack.preview(programOf({ uplink: "none" }))).toContain("bridge br9 without an uplink");
    expect(await stack.up()).toContain("br9 is up; confirmed over a new connection");
    expect(await portsOf(host, "br9")).toEqual([web.live[0]?.target["@dev"]]);
    expect(await host.must(["ip", "-br", "-4", "address", "show", "dev", "br9"])).toBe("");
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });

    await using other = await SimulatedStack.start(host);
    const imported = await other.stack.import("kvmnet:index:Bridge", "br9", "kvm1.example/br9");
    expect(imported).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ *uplink: none$/m) });

    // A hand deletes it: its VM is put back into the one that is made again.
    await host.must(["ip", "link", "delete", "dev", "br9"]);
    expect((await stack.unchanged()).said).toContain("br9");
    await stack.up();
    expect(await portsOf(host, "br9")).toEqual([web.live[0]?.target["@dev"]]);
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });

    await expect(stack.up(programOf({ uplink: "enp1s0" }))).rejects.toThrow(
      /uplink: br9 is on no uplink, and can't be put on a NIC of the host's in place/,
    );
    await stack.up(programOf({ uplink: "none", addressing: { addresses: ["198.51.100.1/24"] } }));
    expect(await host.must(["ip", "-br", "-4", "address", "show", "dev", "br9"])).toContain("198.51.100.1/24");
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    expect(await stack.pulumi.destroy()).toMatchObject({ code: 0 });
    expect(await networkOf(host)).toBe(before);
    expect(await host.must(["ls", "/etc/netplan"])).toBe("01-netcfg.yaml\n");
    expect(host.has("/var/lib/kvmnet/bridges/br9.json")).toBe(false);
  },
  5 * minutes,
);
