import * as pulumi from "@pulumi/pulumi";
import { setAllConfig } from "@pulumi/pulumi/runtime/config";
import { BridgeNetwork, HostBridge, Provider, VmNic } from "../../../index";
import { wire } from "../../../provider/codec/wire";
import { FakeEngine, resolved } from "../support/engine";

const secretSign = wire.signature;
const configured = { host: "kvm1.example", user: "root", password: "hunter2" };
const configure = (connection?: object) =>
  setAllConfig(connection ? { "kvmnet:connection": JSON.stringify(connection) } : {}, []);
afterEach(() => configure());

describe("a component's connection", () => {
  it.each([
    ["the stack's config", () => undefined, configured],
    ["a provider of the program's own", () => new Provider("mine", { connection: configured }), undefined],
  ])("has the fields of %s, which none of its resources has", async (_, provider, config) => {
    const engine = await FakeEngine.start();
    configure(config);
    const mine = provider();
    const options = mine ? { provider: mine } : {};
    const bridge = new HostBridge("kvm1", { connection: { user: "admin" } }, options);
    const lan = new BridgeNetwork("lan", { bridge }, options);
    const named = new BridgeNetwork("dmz", { bridge: "br1" }, options);
    const nic = new VmNic("web", { network: lan, domain: "web" }, options);
    for (const { connection } of [bridge, lan]) {
      expect(await resolved(connection)).toEqual({ ...configured, user: "admin" });
      expect(await pulumi.isSecret(connection)).toBe(true);
    }
    expect(await resolved(named.connection)).toEqual(configured);
    expect(await resolved(nic.guestConnection({ user: "debian" }))).toMatchObject({
      user: "debian",
      proxy: { host: "kvm1.example", user: "admin", password: "hunter2" },
    });
    const made = engine.registered.filter(({ type }) => !type.startsWith("pulumi:providers"));
    const given = made.flatMap(({ inputs }) => ("connection" in inputs ? [inputs.connection] : []));
    expect(given).toEqual([{ user: "admin" }, { user: "admin" }, { user: "admin" }, { user: "admin" }]);
  });

  it("has nothing of the stack's config where a provider of the program's own says nothing", async () => {
    await FakeEngine.start();
    configure(configured);
    const bridge = new HostBridge("kvm1", { connection: { host: "kvm2" } }, { provider: new Provider("mine") });
    expect(await resolved(bridge.connection)).toEqual({ host: "kvm2" });
  });
});

it("a provider's connection goes to the plugin as JSON, secret where it has a secret", async () => {
  const engine = await FakeEngine.start();
  const open = new Provider("open", { connection: { user: "root" } });
  const closed = new Provider("closed", { connection: pulumi.output(configured) });
  await Promise.all([resolved(open.urn), resolved(closed.urn)]);
  const inputs = Object.fromEntries(engine.registered.map(({ name, inputs }) => [name, inputs]));
  expect(inputs).toMatchObject({
    open: { connection: '{"user":"root"}' },
    closed: { connection: { [secretSign]: expect.anything(), value: JSON.stringify(configured) } },
  });
});
