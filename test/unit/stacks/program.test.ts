import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { FakeEngine, resolved } from "../support/engine";

type Config = Record<string, unknown>;
type Program = typeof import("../../../stacks/index");

/** The config of a stack's YAML, as the engine hands it over. */
function configOf(stack: string): Config {
  const text = readFileSync(join(__dirname, `../../../stacks/Pulumi.${stack}.yaml`), "utf8");
  return (parse(text) as { config: Config }).config;
}

/** The program at its start, with this config. A module runs once: each run gets its own. */
function run(config: Config, secretKeys: string[] = []): Program {
  const text = Object.entries(config).map(([key, value]) => [key, JSON.stringify(value)]);
  pulumi.runtime.setAllConfig(Object.fromEntries(text), secretKeys);
  let program: Program | undefined;
  jest.isolateModules(() => {
    jest.doMock("@pulumi/pulumi", () => pulumi);
    program = require("../../../stacks/index") as Program;
  });
  if (program === undefined) throw new Error("the program did not load");
  return program;
}

const nic = { macAddress: "52:54:00:00:00:02", ipAddresses: ["192.0.2.150"], tap: "vnet0" };
const bridge = { name: "br0", addresses: ["192.0.2.100/24"], macAddress: "52:54:00:00:00:01" };

describe.each(["demo", "example"])("stacks/Pulumi.%s.yaml", (stack) => {
  it("makes a bridge, a network on it and the VM's NIC on that", async () => {
    const engine = await FakeEngine.start();
    const config = configOf(stack);
    const { kvm1 } = config["homelab:hosts"] as { kvm1: { connection: Config } };
    kvm1.connection = { host: "kvm1.example", ...kvm1.connection };
    const { hosts, vms } = run(config);
    expect(await resolved(pulumi.output({ hosts, vms }))).toEqual({
      hosts: { kvm1: { bridge, networks: ["lan"] } },
      vms: { web: { lan: nic } },
    });
    expect(engine.resource("kvmnet:index:Bridge").name).toBe("kvm1");
    expect(engine.resource("kvmnet:index:Network")).toMatchObject({ name: "kvm1/lan", inputs: { bridge: "br0" } });
    expect(engine.resource("kvmnet:index:Nic")).toMatchObject({
      name: "web/lan",
      inputs: { domain: "web", network: "lan", connection: { host: "kvm1.example", user: "root" } },
    });
  });
});

describe("failOn", () => {
  const finding = {
    severity: "warning",
    check: "mtu",
    subject: "bridge br0",
    evidence: "e",
    cause: "C.",
    fix: "F.",
    readOn: "r",
  };
  const hosts = (failOn: string) => ({
    "homelab:hosts": { kvm1: { connection: { host: "kvm1.example" }, bridge: {}, failOn } },
  });

  afterEach(() => {
    process.exitCode = undefined;
    jest.restoreAllMocks();
  });

  it.each([
    ["warning", "ends the run in a sentence, with all outputs", 1, 32],
    ["error", "is silent on what is less", 0, undefined],
  ])("%s %s", async (failOn, _, errors, code) => {
    await FakeEngine.start({ answers: { findings: [finding] } });
    const said = jest.spyOn(pulumi.log, "error").mockResolvedValue();
    const { hosts: told } = run(hosts(failOn));
    expect(await resolved(pulumi.output(told))).toMatchObject({ kvm1: { bridge, findings: [finding] } });
    expect(said).toHaveBeenCalledTimes(errors);
    if (errors > 0)
      expect(said.mock.calls[0]?.[0]).toBe(
        'hosts.kvm1.failOn is "warning", and the host is not well:\nwarning mtu, bridge br0: e. C. F. (r)',
      );
    expect(process.exitCode).toBe(code);
  });
});

describe("the program", () => {
  const connection = { host: "kvm1.example" };

  it("uses what a host has already by its name, and what it makes by its outputs", async () => {
    const engine = await FakeEngine.start({ outputs: ({ type }) => (type.endsWith(":Bridge") ? { name: "br7" } : {}) });
    const networks = { byDefault: {}, byName: { bridge: "br0" }, other: { bridge: "br1" } };
    const nics = { a: { bridge: "br0" }, b: { bridge: "br1" } };
    const taps = { tap0: { owner: "qemu" }, tap1: { bridge: "br1" } };
    const { hosts, vms } = run({
      "homelab:hosts": { kvm1: { connection, bridge: { name: "br0" }, networks, taps } },
      "homelab:vms": { web: { host: "kvm1", domain: "web.example", nics } },
    });
    expect(await resolved(pulumi.output({ hosts, vms }))).toMatchObject({
      hosts: { kvm1: { taps: ["tap0", "tap1"] } },
    });
    const bridgeOf = (type: string, name: string) => engine.resource(`kvmnet:index:${type}`, name).inputs.bridge;
    expect(bridgeOf("Network", "kvm1/byDefault")).toBe("br7");
    expect(bridgeOf("Network", "kvm1/byName")).toBe("br7");
    expect(bridgeOf("Network", "kvm1/other")).toBe("br1");
    expect(engine.resource("kvmnet:index:Tap", "kvm1/tap0").inputs).toMatchObject({ name: "tap0", owner: "qemu" });
    expect(bridgeOf("Tap", "kvm1/tap0")).toBe("br7");
    expect(bridgeOf("Tap", "kvm1/tap1")).toBe("br1");
    expect(bridgeOf("Nic", "web/a")).toBe("br7");
    expect(bridgeOf("Nic", "web/b")).toBe("br1");
    expect(engine.resource("kvmnet:index:Nic", "web/a").inputs.domain).toBe("web.example");
  });

  it("makes several bridges by name, with what is on each after it, and the one that says no uplink last", async () => {
    const engine = await FakeEngine.start({
      outputs: ({ type, inputs }) => (type.endsWith(":Bridge") ? { name: inputs.name, hostId: "a", config: {} } : {}),
    });
    const bridges = { br20: { uplink: "enp2s0" }, br30: { uplink: "enp3s0" } };
    const networks = { lan: {}, vms: { bridge: "br20" }, other: { bridge: "br9" } };
    const nics = { lan: { network: "vms" }, storage: { bridge: "br30" } };
    const { hosts, vms } = run({
      "homelab:hosts": { kvm1: { connection, bridge: {}, bridges, networks, taps: { tap0: { bridge: "br30" } } } },
      "homelab:vms": { web: { host: "kvm1", nics } },
    });
    const told = (name: string) => ({ ...bridge, name });
    expect(await resolved(pulumi.output({ hosts, vms }))).toMatchObject({
      hosts: { kvm1: { bridge, bridges: { br20: told("br20"), br30: told("br30") } } },
    });
    const names = engine.registered.filter(({ type }) => type === "kvmnet:index:Bridge").map(({ name }) => name);
    expect(names).toHaveLength(3);
    expect(names.at(-1)).toBe("kvm1");
    const bridgeOf = (type: string, name: string) => engine.resource(`kvmnet:index:${type}`, name).inputs.bridge;
    expect(bridgeOf("Network", "kvm1/lan")).toBe("br0");
    expect(bridgeOf("Network", "kvm1/vms")).toBe("br20");
    expect(bridgeOf("Network", "kvm1/other")).toBe("br9");
    expect(bridgeOf("Nic", "web/storage")).toBe("br30");
    expect(bridgeOf("Tap", "kvm1/tap0")).toBe("br30");
  });

  it("makes the whole home of the examples, each NIC on a network of its bridge", async () => {
    const engine = await FakeEngine.start({
      outputs: ({ type, inputs }) => (type.endsWith(":Bridge") ? { name: inputs.name, hostId: "a", config: {} } : {}),
    });
    const text = readFileSync(join(__dirname, "../../../examples/wholeHome/Pulumi.home.yaml"), "utf8");
    const { hosts, vms } = run((parse(text) as { config: Config }).config);
    await resolved(pulumi.output({ hosts, vms }));
    const named = (type: string) =>
      engine.registered.filter((one) => one.type === `kvmnet:index:${type}`).map(({ name, inputs }) => [name, inputs]);
    expect(named("Bridge").map(([name]) => name)).toHaveLength(5);
    expect(named("Bridge").at(-1)?.[0]).toBe("kvm1/br0");
    expect(Object.fromEntries(named("Bridge"))).toMatchObject({
      "kvm1/br20": { name: "br20", uplink: { link: "enp1s0", vlan: 20 } },
      "kvm1/alone": { name: "alone", uplink: "none" },
    });
    expect(Object.fromEntries(named("Network"))).toMatchObject({
      "kvm1/things": { bridge: "br20" },
      "kvm1/backstage": { bridge: "alone" },
    });
    expect(Object.fromEntries(named("Nic"))).toMatchObject({
      "nas/disks": { domain: "nas", network: "disks" },
      "web/backstage": { domain: "web", network: "backstage" },
    });
  });

  it("leaves a host without `bridge` alone", async () => {
    const engine = await FakeEngine.start();
    const { hosts } = run({ "homelab:hosts": { kvm1: { connection } } });
    expect(await resolved(pulumi.output(hosts))).toEqual({ kvm1: { networks: [] } });
    expect(engine.registered).toEqual([]);
  });

  it("keeps the whole connection secret where the YAML encrypts a part of it", async () => {
    const isSecret = async (secretKeys: string[]) => {
      const engine = await FakeEngine.start();
      const { hosts } = run({ "homelab:hosts": { kvm1: { connection, bridge: {} } } }, secretKeys);
      await resolved(pulumi.output(hosts));
      return pulumi.runtime.isRpcSecret(engine.resource("kvmnet:index:Bridge").inputs.connection);
    };
    expect(await isSecret(["homelab:hosts"])).toBe(true);
    expect(await isSecret([])).toBe(false);
  });

  it("warns once of what a connection has in plain text", async () => {
    await FakeEngine.start();
    const said = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    const login = { ...connection, password: "planted", sudo: { password: "planted" } };
    run({ "homelab:hosts": { kvm1: { connection: login } } });
    expect(said).toHaveBeenCalledTimes(1);
    expect(said.mock.calls[0]?.[0]).toMatch(/connection\.password: .*\n.*connection\.sudo\.password: /);
    run({ "homelab:hosts": { kvm1: { connection: login } } }, ["homelab:hosts"]);
    expect(said).toHaveBeenCalledTimes(1);
    said.mockRestore();
  });

  describe("a command in a guest", () => {
    const guest = (nic: object) => ({
      "homelab:hosts": { kvm1: { connection: { ...connection, user: "root", sudo: true }, networks: {} } },
      "homelab:vms": { web: { host: "kvm1", nics: { lan: { bridge: "br0", ...nic } } } },
    });

    it("runs once the NIC is up, through the host", async () => {
      const engine = await FakeEngine.start({
        outputs: ({ type }) => (type.startsWith("command:") ? { stdout: "6.1" } : {}),
      });
      const { vms } = run(guest({ command: { login: { user: "debian" }, create: "uname -r" } }));
      expect(await resolved(pulumi.output(vms))).toEqual({ web: { lan: { ...nic, said: "6.1" } } });
      expect(engine.resource("command:remote:Command", "web/lan").inputs).toMatchObject({
        // A secret, by @pulumi/command's own doing.
        connection: { value: { host: "192.0.2.150", user: "debian", proxy: { host: "kvm1.example", user: "root" } } },
        create: "uname -r",
      });
    });

    it("is off, and @pulumi/command not even loaded, where the config does not ask for it", async () => {
      const loaded = jest.fn(() => ({}));
      jest.doMock("@pulumi/command", loaded);
      const engine = await FakeEngine.start();
      const { vms } = run(guest({}));
      await resolved(pulumi.output(vms));
      jest.dontMock("@pulumi/command");
      expect(engine.registered.filter(({ type }) => type.startsWith("command:"))).toEqual([]);
      expect(loaded).not.toHaveBeenCalled();
    });

    it("needs a user in the guest, and knows no host of its own", () => {
      expect(() => run(guest({ command: { login: { host: "web" }, create: "id" } }))).toThrow(
        /vms\.web\.nics\.lan\.command\.login\.user: is missing\n?.*\n?.*login\.host: is not known here/s,
      );
    });
  });

  it("says everything that is wrong, and makes nothing", async () => {
    const engine = await FakeEngine.start();
    const config = { "homelab:hosts": { kvm1: { connection: {} } }, "homelab:vm": {}, "other:key": 1 };
    expect(() => run(config)).toThrow(
      'the config of stack "test" cannot be used:\n' +
        'hosts.kvm1.connection.host: is missing\nvm: is not known here; did you mean "vms"?',
    );
    expect(engine.registered).toEqual([]);
  });
});
