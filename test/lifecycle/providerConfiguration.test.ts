import { succeeds } from "../lab/succeeds";
import type { YamlProgram } from "../lab/yamlStack";
import { SimulatedHost } from "./host/simulatedHost";
import { identities, kept } from "./identities";
import { type Properties, programOf } from "./program";
import { altered, reference } from "./refactor";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

/** The key is in Pulumi's secrets, and nowhere in the home folder. */
async function configure({ stack }: SimulatedStack, { connection }: SimulatedHost): Promise<void> {
  const { privateKey, port, ...others } = connection;
  await stack.pulumi.setConfig("kvmnet:connection.privateKey", privateKey, { secret: true, path: true });
  for (const [part, value] of Object.entries({ ...others, port: String(port), user: "root" }))
    await stack.pulumi.setConfig(`kvmnet:connection.${part}`, value, { path: true });
}

const silent = (program: YamlProgram) =>
  altered(program, ({ properties, ...one }) => {
    const { connection: _, ...others } = properties as Properties;
    return { ...one, properties: others };
  });

test(
  "a provider's connection, with a key in Pulumi's secrets, makes, imports and deletes; changed, it replaces nothing",
  async () => {
    await using host = await SimulatedHost.start();
    const web = host.libvirt.define("web");
    await using maker = await SimulatedStack.start();
    await configure(maker, host);
    const program = silent(programOf(host, kept));
    const said = [await maker.stack.up(program)];
    const made = await identities(host);
    expect(await maker.stack.unchanged()).toEqual({ code: 0, said: "" });

    // What the resources are reached by is another thing than what they are.
    await maker.stack.pulumi.setConfig("kvmnet:connection.host", "localhost", { path: true });
    said.push(await maker.stack.up());
    expect(said.at(-1)).toMatch(/Resources:\n +6 unchanged/);
    expect(await identities(host)).toEqual(made);
    expect(await maker.stack.unchanged()).toEqual({ code: 0, said: "" });
    // What is new goes by what the configuration says now.
    await maker.stack.pulumi.setConfig("kvmnet:connection.port", "1", { path: true });
    const tap = { type: "kvmnet:index:Tap", properties: { bridge: "br0" } };
    const preview = await maker.stack.preview({ resources: { ...program.resources, tap1: tap } });
    expect(preview).toMatch(/root@localhost:1: can't be reached/);
    said.push(preview);
    await maker.stack.pulumi.setConfig("kvmnet:connection.port", String(host.connection.port), { path: true });

    await using other = await SimulatedStack.start();
    await configure(other, host);
    const mac = web.live[0]?.mac["@address"];
    for (const [type, name, id] of [
      ["Bridge", "br", "br0"],
      ["BridgeNetfilter", "filter", "br0"],
      ["Network", "lan", "lan"],
      ["Nic", "nic", `web/${mac}`],
      ["Tap", "tap", "tap0"],
    ] as const) {
      const { code, stdout, stderr } = await other.stack.import(`kvmnet:index:${type}`, name, `127.0.0.1/${id}`, [
        "--generate-code",
      ]);
      said.push(stdout + stderr);
      expect({ code, said: code === 0 ? "" : stdout + stderr }).toEqual({ code: 0, said: "" });
      expect(stdout).toContain("host: 127.0.0.1");
    }
    const [state, madeState] = await Promise.all(
      [other, maker].map(async ({ stack }) => JSON.stringify(await stack.pulumi.exportStack())),
    );
    const [, secretLine = ""] = host.connection.privateKey.split("\n");
    for (const text of [...said, state, madeState]) expect(text).not.toContain(secretLine);
    expect(state).toContain('"host":"127.0.0.1"');

    await succeeds(maker.stack.pulumi.destroy());
    expect(Object.values(await identities(host)).join("")).toBe("");
  },
  5 * minutes,
);

test(
  "a provider of the program's own has one too; what is secret in it is so in the state, and a wrong one is told by its path alone",
  async () => {
    await using host = await SimulatedHost.start();
    await using running = await SimulatedStack.start();
    const { pulumi } = running.stack;
    const by = (connection: Properties) => {
      const filter = { type: "kvmnet:index:Bridge", properties: {}, options: { provider: reference("mine") } };
      return { resources: { mine: { type: "pulumi:providers:kvmnet", properties: { connection } }, br: filter } };
    };
    await running.stack.say(by({ ...host.connection, hostKey: "hunter2", sudo: { password: "hunter2\n" } }));
    const wrong = await pulumi.preview();
    expect(wrong.code).not.toBe(0);
    expect(wrong.stdout).toContain(" connection.hostKey: must be a public key as in known_hosts");
    expect(wrong.stdout).toContain(" connection.sudo.password: must be one line: sudo reads no further");
    expect(wrong.stdout + wrong.stderr).not.toContain("hunter2");
    await pulumi.setConfig("kvmnet:connection", '{"user":"root","port":"hunter2"}', { secret: true });
    await running.stack.say({ resources: { br: { type: "kvmnet:index:Bridge", properties: {} } } });
    const wrongConfig = await pulumi.preview();
    expect(wrongConfig.code).not.toBe(0);
    expect(wrongConfig.stdout).toContain(" kvmnet:connection.port: must be a number, not a string");
    expect(wrongConfig.stdout + wrongConfig.stderr).not.toContain("hunter2");

    await running.stack.up(by({ ...host.connection, password: "hunter2" }));
    const before = await identities(host);
    await running.stack.up(by({ ...host.connection, password: "hunter3", perDialTimeout: 20 }));
    expect(await identities(host)).toEqual(before);
    expect(JSON.stringify(await pulumi.exportStack())).not.toMatch(/hunter|PRIVATE KEY/);
    await succeeds(pulumi.destroy());
  },
  5 * minutes,
);
