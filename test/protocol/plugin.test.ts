import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { secret, unknown, urnOf } from "./support/caller";
import { FakeEngine } from "./support/fakeEngine";
import { PluginProcess } from "./support/pluginProcess";
import { preview } from "./support/preview/preview";

const provider = resolve(__dirname, "../../provider");
const executable = join(provider, "pulumi-resource-kvmnet");
const bridge = "kvmnet:index:Bridge";
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kvmnet-plugin-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A host that takes connections and says nothing, as one does whose sshd hangs. */
async function silentHost() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on("error", () => undefined)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    connection: { host: "127.0.0.1", port: (server.address() as AddressInfo).port, user: "root", password: "x" },
    dialled: once(server, "connection"),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe("The built plugin", () => {
  it("prints its port first, then answers with its version, its schema and what it accepts", async () => {
    await using plugin = await PluginProcess.start(executable, { arguments: ["127.0.0.1:1"] });
    expect(plugin.firstLine).toMatch(/^\d+$/);
    expect(await plugin.caller.schema()).toEqual(JSON.parse(await readFile(join(provider, "schema.json"), "utf8")));
    expect(await plugin.caller.configure()).toMatchObject({
      acceptsecrets: true,
      supportspreview: true,
      acceptresources: false,
      acceptoutputs: true,
    });
  });

  it("says that there will be no trace where KVMNET_TRACE can't be written, and goes on", async () => {
    const env = { ...process.env, KVMNET_TRACE: join(folder, "nowhere/trace") };
    await using plugin = await PluginProcess.start(executable, { env });
    expect(await plugin.caller.configure()).toMatchObject({ supportspreview: true });
    plugin.endStdin();
    const { code, stderr } = await plugin.ended;
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^KVMNET_TRACE: there will be no trace: ENOENT: .*nowhere/),
    ]);
  });

  it("checks, diffs and plans without a host, with values that are not known yet", async () => {
    await using plugin = await PluginProcess.start(executable);
    const { caller } = plugin;
    const connection = { host: unknown, password: "hunter2" };
    const { inputs, failures } = await caller.check({ connection }, urnOf("one", bridge));
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject({ name: "br0", connection: { host: unknown, password: secret("hunter2") } });
    const planned = await caller.create(inputs, { preview: true, urn: urnOf("one", bridge) });
    expect(planned.properties).toMatchObject({ name: "br0", hostId: unknown, previousConfig: secret(unknown) });
    const known = { ...inputs, connection: { host: "kvm1.example" } };
    const urn = urnOf("one", bridge);
    expect((await caller.diff({ oldInputs: known, news: { ...known, stp: true }, urn })).detailed).toEqual({
      stp: "update",
    });
  });

  it("keeps the state of what is on a host that refuses the connection, and warns the engine", async () => {
    await using engine = await FakeEngine.start();
    await using plugin = await PluginProcess.start(executable, { arguments: ["-logtostderr", engine.address] });
    const inputs = {
      connection: { host: "127.0.0.1", port: 1, user: "root", password: secret("hunter2") },
      name: "br0",
    };
    const properties = { name: "br0", hostId: "0123", previousConfig: secret({ "/etc/x": "y" }) };
    const urn = urnOf("one", bridge);
    const read = await plugin.caller.read({ id: "0123/br0", inputs, properties, urn });
    expect(read).toEqual({ id: "0123/br0", inputs, properties, refreshBeforeUpdate: true });
    expect(engine.said).toMatchObject([{ urn: "", severity: "warning" }]);
    expect(JSON.stringify(engine.said)).not.toContain("hunter2");
  });

  it("logs in to a host once and reads it once for all that is on it", async () => {
    await using plugin = await PluginProcess.start(executable);
    expect(await preview(Number(plugin.firstLine))).toEqual({ logins: 1, reads: 1 });
  });

  it("starts through a symlink, without node_modules beside it", async () => {
    const installed = join(folder, "installed");
    await cp(executable, join(installed, "pulumi-resource-kvmnet"));
    await cp(join(provider, "dist"), join(installed, "dist"), { recursive: true });
    await symlink("installed/pulumi-resource-kvmnet", join(folder, "first"));
    await symlink(join(folder, "first"), join(folder, "second"));
    await using plugin = await PluginProcess.start(join(folder, "second"));
    expect(await plugin.caller.schema()).toMatchObject({ name: "kvmnet" });
  });

  it("says so where there is no node", async () => {
    for (const tool of ["sh", "dirname", "readlink"]) {
      await symlink(`/usr/bin/${tool}`, join(folder, tool));
    }
    await using plugin = await PluginProcess.start(executable, { env: { PATH: folder } });
    expect(await plugin.ended).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^pulumi-resource-kvmnet: node is not on PATH: install Node\.js 20 or newer.*\n$/),
    });
  });

  it("says so where node is too old", async () => {
    const old = join(folder, "old.cjs");
    await writeFile(
      old,
      'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.8" } });',
    );
    await using plugin = await PluginProcess.start(executable, {
      env: { ...process.env, NODE_OPTIONS: `--require ${old}` },
    });
    const { code, stderr } = await plugin.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^pulumi-resource-kvmnet: needs Node\.js 20 or newer; this is v\d/);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("ends at once on %s while it has nothing to do", async (signal) => {
    await using plugin = await PluginProcess.start(executable);
    await plugin.caller.configure();
    const before = performance.now();
    plugin.signal(signal);
    expect(await plugin.ended).toEqual({ code: 0, stderr: "" });
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it("ends when its stdin does, as that is the engine's end", async () => {
    await using plugin = await PluginProcess.start(executable);
    plugin.endStdin();
    expect(await plugin.ended).toEqual({ code: 0, stderr: "" });
  });

  it("does not end because it was started with stdin at /dev/null", async () => {
    await using plugin = await PluginProcess.start(executable, { stdin: "ignore" });
    expect(await plugin.caller.configure()).toMatchObject({ supportspreview: true });
    expect(await plugin.caller.schema()).toMatchObject({ name: "kvmnet" });
  });

  it("waits 5 s at most for an operation that does not end when the engine has", async () => {
    await using host = await silentHost();
    await using plugin = await PluginProcess.start(executable);
    const inputs = { connection: host.connection, name: "br0" };
    const read = plugin.caller.read({ id: "0123/br0", inputs, properties: { name: "br0" }, urn: urnOf("one", bridge) });
    const gone = read.catch((error) => error);
    await host.dialled;
    const before = performance.now();
    plugin.endStdin();
    expect((await plugin.ended).code).toBe(0);
    expect(performance.now() - before).toBeLessThan(6500);
    await gone;
  }, 15_000);
});
