import * as pulumi from "@pulumi/pulumi";
import { BridgeNetwork, HostBridge, resources, VmNic } from "../../../index";
import { connection as connectionType } from "../../../provider/schema/connection";
import { FakeEngine, resolved, settled } from "../support/engine";

const secrets = Object.entries(connectionType.shape).flatMap(([part, type]) => (type.meta()?.secret ? [part] : []));
const connection = { host: "kvm1.example", user: "root" };

describe("HostBridge", () => {
  it("has a Bridge of its own name as its child, with what it was given", async () => {
    const engine = await FakeEngine.start();
    const bridge = new HostBridge("kvm1", { connection, uplink: "enp3s0", mtu: 9000 });
    await resolved(bridge.name);
    expect(engine.resource("kvmnet:index:Bridge")).toMatchObject({
      name: "kvm1",
      inputs: { connection, uplink: "enp3s0", mtu: 9000 },
    });
  });

  it("gives what the host has, not what was asked for", async () => {
    await FakeEngine.start({ outputs: () => ({ name: "br7" }) });
    const bridge = new HostBridge("kvm1", { connection, name: "br0" });
    expect(await resolved(bridge.name)).toBe("br7");
    expect(await resolved(bridge.addresses)).toEqual(["192.0.2.100/24"]);
    expect(await resolved(bridge.macAddress)).toBe("52:54:00:00:00:01");
    expect(await resolved(bridge.connection)).toEqual(connection);
  });

  it("keeps its inputs, and the secrets in them, out of its own state", async () => {
    const engine = await FakeEngine.start();
    await resolved(new HostBridge("kvm1", { connection: { ...connection, password: "hunter2" } }).name);
    expect(engine.resource("kvmnet:index:HostBridge").inputs).toEqual({});
  });

  it.each(secrets)("gives a connection with a %s as a secret", async (part) => {
    await FakeEngine.start();
    const secret = new HostBridge("kvm1", { connection: { ...connection, [part]: "hunter2" } });
    const open = new HostBridge("kvm2", { connection });
    expect(await pulumi.isSecret(secret.connection)).toBe(true);
    expect(await resolved(secret.connection)).toEqual({ ...connection, [part]: "hunter2" });
    expect(await pulumi.isSecret(open.connection)).toBe(false);
  });

  it("takes a connection from a constant, whose values are strings", async () => {
    const engine = await FakeEngine.start();
    const constant = { host: "kvm1.example", strictHostKeyChecking: "accept-new" };
    await resolved(new HostBridge("kvm1", { connection: constant }).name);
    expect(engine.resource("kvmnet:index:Bridge").inputs.connection).toEqual(constant);
  });

  it("gives no connection while the bridge is only planned", async () => {
    await FakeEngine.start({ preview: true });
    const bridge = new HostBridge("kvm1", { connection });
    expect(await isKnown(bridge.connection)).toBe(false);
  });
});

describe("a component without arguments, as JavaScript may call it", () => {
  const without = undefined as unknown as never;

  it("is a HostBridge of the provider's configuration", async () => {
    const engine = await FakeEngine.start();
    for (const [at, args] of [without, null as unknown as never].entries())
      await resolved(new HostBridge(`kvm${at}`, args).name);
    expect(engine.registered.filter(({ type }) => type === "kvmnet:index:Bridge")).toHaveLength(2);
  });

  it("is told what is missing, in words and without a stack trace", async () => {
    await FakeEngine.start();
    for (const args of [without, null as unknown as never]) {
      const told = (what: string) => new pulumi.RunError(what);
      expect(() => new BridgeNetwork("lan", args)).toThrow(
        told('BridgeNetwork "lan": bridge: is missing: give a HostBridge, or a name'),
      );
      expect(() => new VmNic("web", args)).toThrow(
        told('VmNic "web": network: is missing: give a BridgeNetwork, or a name'),
      );
    }
  });

  it("takes null for what is left out, one property or the other", async () => {
    const engine = await FakeEngine.start();
    const none = null as unknown as undefined as never;
    await resolved(new HostBridge("kvm1", { connection, netfilter: none, selfTest: none }).name);
    await resolved(
      new VmNic("web", { network: none, device: none, bridge: "br0", connection, domain: "web" }).macAddress,
    );
    expect(engine.registered.map(({ type }) => type)).not.toContain("kvmnet:index:BridgeSelfTest");
    expect(engine.resource("kvmnet:index:BridgeNetfilter").inputs.mode).toBe("accept");
    expect(engine.resource("kvmnet:index:Nic").inputs.bridge).toBe("br0");
  });
});

describe("HostBridge's netfilter", () => {
  const type = "kvmnet:index:BridgeNetfilter";

  it("is a child on the bridge that the host got, and what takes the bridge waits for it", async () => {
    const engine = await FakeEngine.start({ outputs: ({ type }) => (type.endsWith(":Bridge") ? { name: "br7" } : {}) });
    await resolved(new HostBridge("kvm1", { connection }).name);
    expect(engine.resource(type)).toMatchObject({
      name: "kvm1",
      inputs: { bridge: "br7", mode: "accept", connection },
    });
    expect(engine.resource("kvmnet:index:Bridge").inputs).not.toHaveProperty("netfilter");
  });

  it("has another mode, or is not there", async () => {
    const engine = await FakeEngine.start();
    await resolved(new HostBridge("kvm1", { connection, netfilter: "bypass" }).name);
    await resolved(new HostBridge("kvm2", { connection, netfilter: false }).name);
    expect(engine.resource(type)).toMatchObject({ name: "kvm1", inputs: { mode: "bypass" } });
  });
});

describe("HostBridge's self-test", () => {
  const type = "kvmnet:index:BridgeSelfTest";

  it("is not there unless asked for", async () => {
    const engine = await FakeEngine.start();
    await resolved(new HostBridge("kvm1", { connection }).name);
    expect(engine.registered.filter((resource) => resource.type === type)).toEqual([]);
  });

  it("comes after what lets frames through, and is done again when the bridge's files change", async () => {
    const engine = await FakeEngine.start({
      outputs: ({ type }) => (type.endsWith(":Bridge") ? { name: "br7", config: { "/etc/br7": "text" } } : {}),
    });
    await resolved(new HostBridge("kvm1", { connection, selfTest: { resolves: "nas.example" } }).name);
    expect(engine.resource(type)).toMatchObject({
      name: "kvm1",
      inputs: {
        ...{ bridge: "br7", resolves: "nas.example", connection },
        triggers: { "/etc/br7": "text", netfilter: "accept" },
      },
    });
    const order = engine.registered.map((resource) => resource.type);
    expect(order.indexOf("kvmnet:index:BridgeNetfilter")).toBeLessThan(order.indexOf(type));
    expect(engine.resource("kvmnet:index:Bridge").inputs).not.toHaveProperty("selfTest");
  });
});

describe("BridgeNetwork", () => {
  it("is on the bridge that the host got, and reaches it as the HostBridge says", async () => {
    const engine = await FakeEngine.start({ outputs: ({ type }) => (type.endsWith(":Bridge") ? { name: "br7" } : {}) });
    const bridge = new HostBridge("kvm1", { connection, name: "br0" });
    const lan = new BridgeNetwork("lan", { bridge, autostart: false });
    await resolved(lan.connection);
    expect(engine.resource("kvmnet:index:Network")).toMatchObject({
      name: "lan",
      inputs: { bridge: "br7", connection, autostart: false },
    });
  });

  it("takes the name of a bridge that is there, with a connection", async () => {
    const engine = await FakeEngine.start();
    await resolved(new BridgeNetwork("lan", { bridge: pulumi.output("br1"), connection }).connection);
    expect(engine.resource("kvmnet:index:Network").inputs).toEqual({ bridge: "br1", connection });
  });
});

describe("VmNic", () => {
  it("is on the network by the network's output, and gives what a person wants to know", async () => {
    const engine = await FakeEngine.start({
      outputs: ({ type }) => (type.endsWith(":Network") ? { name: "lan7" } : {}),
    });
    const network = new BridgeNetwork("lan", { bridge: new HostBridge("kvm1", { connection }), name: "lan" });
    const web = new VmNic("web", { network, domain: "web", waitForAddress: 5 });
    expect(await resolved(web.ipAddresses)).toEqual(["192.0.2.150"]);
    expect(await resolved(web.macAddress)).toBe("52:54:00:00:00:02");
    expect(await resolved(web.tap)).toBe("vnet0");
    expect(engine.resource("kvmnet:index:Nic")).toMatchObject({
      name: "web",
      inputs: { network: "lan7", domain: "web", waitForAddress: 5, connection },
    });
  });

  it("is on a HostBridge without a network", async () => {
    const engine = await FakeEngine.start();
    await resolved(new VmNic("web", { bridge: new HostBridge("kvm1", { connection }), domain: "web" }).tap);
    expect(engine.resource("kvmnet:index:Nic").inputs).toEqual({ bridge: "br0", domain: "web", connection });
  });

  it.each(["network", "bridge"])("takes the name of a %s that is there, with a connection", async (property) => {
    const engine = await FakeEngine.start();
    await resolved(new VmNic("web", { [property]: "lan", connection, domain: "web" }).tap);
    expect(engine.resource("kvmnet:index:Nic").inputs).toEqual({ [property]: "lan", connection, domain: "web" });
  });
});

it("is the parent of its child, so that the plan shows them together and options are inherited", async () => {
  await FakeEngine.start();
  const parents: Record<string, unknown> = {};
  const transformations: pulumi.ResourceTransformation[] = [
    ({ type, props, opts }) => {
      parents[type] = opts.parent;
      return { props, opts };
    },
  ];
  const bridge = new HostBridge("kvm1", { connection }, { transformations });
  const network = new BridgeNetwork("lan", { bridge }, { transformations });
  const nic = new VmNic("web", { network, domain: "web" }, { transformations });
  await resolved(nic.tap);
  // Compared before jest looks: it would print every output inside.
  expect(parents["kvmnet:index:Bridge"] === bridge).toBe(true);
  expect(parents["kvmnet:index:Network"] === network).toBe(true);
  expect(parents["kvmnet:index:Nic"] === nic).toBe(true);
});

describe("what does not go together is an error that names the property", () => {
  let bridge: HostBridge;
  let network: BridgeNetwork;
  let engine: FakeEngine;
  beforeEach(async () => {
    engine = await FakeEngine.start();
    bridge = new HostBridge("kvm1", { connection });
    network = new BridgeNetwork("lan", { bridge });
    await resolved(network.connection);
  });

  const cases: [string, () => unknown][] = [
    [
      'BridgeNetwork "n": connection: comes from the HostBridge that `bridge` is; leave it out',
      () => new BridgeNetwork("n", { bridge, connection }),
    ],
    ['BridgeNetwork "n": bridge: is missing: give a HostBridge, or a name', () => new BridgeNetwork("n", {} as never)],
    [
      'BridgeNetwork "n": bridge: must be a HostBridge or a name',
      () => new BridgeNetwork("n", { bridge: network as never, connection }),
    ],
    [
      'BridgeNetwork "n": bridge: must be a HostBridge or a name',
      () => new BridgeNetwork("n", { bridge: "", connection }),
    ],
    ['VmNic "n": network: is missing: give a BridgeNetwork, or a name', () => new VmNic("n", { domain: "web" })],
    [
      'VmNic "n": bridge: and `network` are both given: a NIC is on one of them',
      () => new VmNic("n", { network, bridge, domain: "web" }),
    ],
    [
      'VmNic "n": device: and `network` are both given: a NIC is on one of them',
      () => new VmNic("n", { network, device: "enp1s0", domain: "web" }),
    ],
    [
      'VmNic "n": connection: comes from the HostBridge that `bridge` is; leave it out',
      () => new VmNic("n", { bridge, connection, domain: "web" }),
    ],
    [
      'VmNic "n": network: must be a BridgeNetwork or a name',
      () =>
        new VmNic("n", { network: new resources.Network("x", { connection, bridge: "br0" }) as never, domain: "web" }),
    ],
  ];
  it.each(cases)("%s", async (message, construct) => {
    expect(construct).toThrow(new pulumi.RunError(message));
    await settled();
    expect(engine.registered.filter(({ name }) => name === "n")).toEqual([]);
  });
});

function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  return (output as unknown as { isKnown: Promise<boolean> }).isKnown;
}
