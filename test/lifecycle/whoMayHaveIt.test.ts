import { succeeds } from "../lab/succeeds";
import type { YamlProgram } from "../lab/yamlStack";
import { SimulatedHost } from "./host/simulatedHost";
import { identities, kept, owners } from "./identities";
import { type Properties, programOf } from "./program";
import { aliased, altered, reference, renamed, renameStack, unplugged, urnsOf } from "./refactor";
import { each } from "./refactoringTable";
import { SimulatedStack } from "./simulatedStack";
import { connection, startThings, things } from "./things";

const minutes = 60_000;

const names = async (pulumi: SimulatedStack["stack"]["pulumi"]) =>
  (await urnsOf(pulumi)).map((urn) => urn.split("::").at(-1)).sort();

test(
  "a rename whose old resource comes later in the same program is refused there, with nothing lost",
  async () => {
    await using scene = await startThings();
    const { host, stack, pulumi, before } = scene;
    const { br } = things().resources as Record<string, { properties: Properties }>;
    // By another way to the host, so that nobody sees before that the two are one.
    const second = { ...br, properties: { ...br?.properties, connection: { ...host.connection, host: "localhost" } } };
    const program = altered(things(), (one, type) =>
      type === "Bridge" ? { ...one, options: { dependsOn: [reference("second")] } } : one,
    );
    await stack.say({ ...program, resources: { ...program.resources, second } });
    for (const run of [() => pulumi.preview(), () => pulumi.up()]) {
      const { code, stdout } = await run();
      expect(code).not.toBe(0);
      expect(stdout).toMatch(/(taken over by|belongs to) the Bridge "(second|br)" .*, which this program has too/);
      expect(await identities(host)).toEqual(before);
    }
    await stack.up(things());
    expect(await identities(host)).toEqual(before);
    expect(await owners(host)).toMatchObject({ Bridge: "lab/br" });
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    await succeeds(pulumi.destroy());
    expect(await identities(host)).toEqual(each(""));
  },
  5 * minutes,
);

test.each([{ uplink: undefined }, { uplink: "enp1s0" }])(
  "a resource and its bridge that have other names at once (uplink: $uplink) are refused with the alias by which it is renamed in place",
  async ({ uplink }) => {
    await using scene = await startThings(["br"]);
    const { host, stack, pulumi, before } = scene;
    const program = renamed(things({ br: { name: "br1", ...(uplink && { uplink }) } }, ["br"]));
    await stack.say(program);
    const { code, stdout } = await pulumi.preview();
    expect(code).not.toBe(0);
    expect(stdout).toMatch(
      /(br0 is a|enp1s0 is in the) bridge.* already, which is that of the Bridge "br" .* give the resource the alias "br"/,
    );
    expect(await identities(host)).toEqual(before);
    await stack.up(renamed(things({ br: { name: "br1" } }, ["br"]), aliased));
    expect(await host.must(["ip", "-br", "-4", "address"])).toMatch(/^br1 +UP +192\.0\.2\.100\/24/m);
    expect(await owners(host)).toEqual({ Bridge: "lab/br2" });
    await succeeds(pulumi.destroy());
    expect(await owners(host)).toEqual({});
  },
  5 * minutes,
);

test(
  "the MAC address of another VM's NIC is refused by the preview, with its name",
  async () => {
    await using scene = await startThings(["br", "lan", "nic"]);
    const { host, stack, pulumi, before } = scene;
    const db = host.libvirt.define("db");
    const second = {
      ...(things().resources?.nic as object),
      properties: { connection, domain: "db", network: "lan", macAddress: "52:54:00:00:00:01" },
    };
    await stack.say({ resources: { ...things({}, ["br", "lan", "nic"]).resources, second } });
    for (const run of [() => pulumi.preview(), () => pulumi.up()]) {
      const { code, stdout } = await run();
      expect(code).not.toBe(0);
      expect(stdout).toMatch(/macAddress: the VM web has a NIC 52:54:00:00:00:01 already/);
    }
    expect([await identities(host), db.live]).toEqual([before, []]);
  },
  5 * minutes,
);

test(
  "two engines at once that want the same NICs: one gets them, and the other one, which waited, is told",
  async () => {
    await using scene = await startThings(["br", "lan"]);
    const { host, stack, pulumi } = scene;
    const [one, two] = [await pulumi.on("one"), await pulumi.on("two")];
    const nics = (mac: string) => ({
      type: "kvmnet:index:Nic",
      properties: { connection, domain: "web", network: "lan", macAddress: mac, waitForAddress: 0 },
    });
    await stack.say({ resources: { first: nics("52:54:00:00:00:01"), second: nics("52:54:00:00:00:02") } });
    // The first that it makes hangs; the second one has looked at the host, and waits for that.
    let goOn = () => {};
    const hangs = new Promise<void>((resolve) => {
      host.tools.break("virsh", async (args) => {
        if (!args.includes("attach-device")) return undefined;
        host.tools.break("virsh", undefined);
        resolve();
        await new Promise<void>((later) => {
          goOn = later;
        });
        return undefined;
      });
    });
    const { ended } = one.startUp();
    await hangs;
    await succeeds(two.up());
    goOn();
    const { code, stdout } = await ended;
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/belongs to the Nic "\w+" of the stack two /);
    expect(await urnsOf(one)).toEqual([]);
    await succeeds(one.destroy());
    const [web] = host.libvirt.domains;
    expect(web?.live).toHaveLength(2);
    expect(await owners(host)).toMatchObject({ Nic: expect.stringMatching(/^two\//) });
    await succeeds(two.preview({ args: ["--expect-no-changes"] }));
    await succeeds(two.destroy());
    expect(web?.live).toEqual([]);
  },
  5 * minutes,
);

test(
  "a NIC without a macAddress has the same one under another name of its own and of its stack, replaced or not",
  async () => {
    await using host = await SimulatedHost.start();
    const web = host.libvirt.define("web");
    await using running = await SimulatedStack.start(host);
    const scene = { host, elsewhere: {}, running, pulumi: running.stack.pulumi, program: {} as YamlProgram };
    const program = programOf({ connection }, ["br", "lan", "nic"]);
    await running.stack.up(program);
    const macs = () => web.live.map(({ mac }) => mac["@address"]);
    const before = macs();
    await running.stack.up(renamed(program, aliased));
    expect(macs()).toEqual(before);
    const replaced = unplugged(renamed(renamed(program), aliased), undefined);
    await running.stack.up(
      altered(replaced, (one) => ({ ...one, options: { ...(one.options as object), replaceOnChanges: ["*"] } })),
    );
    expect(macs()).toEqual(before);
    await renameStack(scene);
    await succeeds(scene.pulumi.up());
    expect(macs()).toEqual(before);
  },
  5 * minutes,
);

test(
  "protect, and a rename without an alias: Pulumi keeps the old ones in the state, and the things stay",
  async () => {
    await using scene = await startThings();
    const { host, stack, pulumi, before } = scene;
    const guarded = (program: YamlProgram) => altered(program, (one) => ({ ...one, options: { protect: true } }));
    await stack.up(guarded(things()));
    await stack.say(guarded(renamed(things())));
    const { code } = await pulumi.up();
    expect(code).not.toBe(0);
    expect(await identities(host)).toEqual(before);
    await pulumi.must(["state", "unprotect", "--all", "--yes", "--stack", pulumi.stack]);
    await stack.up(renamed(things()));
    expect(await names(pulumi)).toEqual(kept.map((name) => `${name}2`).sort());
    expect(await identities(host)).toEqual(before);
    expect(await owners(host)).toMatchObject({ Bridge: "lab/br2", Network: "lab/lan2", Nic: "lab/nic2" });
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    await succeeds(pulumi.destroy());
    expect(await identities(host)).toEqual(each(""));
  },
  5 * minutes,
);

test(
  "one resource that is taken out of the program goes alone, and is refused for its own reasons alone",
  async () => {
    await using scene = await startThings();
    const { host, stack, pulumi, before } = scene;
    // A VM that Pulumi knows nothing of runs on the network.
    host.libvirt.define("db");
    const xml = '<interface type="network"><mac address="52:54:00:00:00:02"/><source network="lan"/></interface>';
    const attach = ["-c", "qemu:///system", "attach-device", "db", "/dev/stdin", "--config", "--live"];
    expect(await host.libvirt.virsh(attach, xml)).toEqual(expect.any(String));
    await stack.up(things({}, ["br", "filter", "lan", "nic"]));
    expect(await identities(host)).toEqual({ ...before, tap: "" });
    await stack.say(things({}, ["br", "filter"]));
    const { code, stdout } = await pulumi.up();
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/nothing was deleted: the network lan can't be deleted: db runs on it/);
    expect(await identities(host)).toEqual({ ...before, tap: "" });
    host.libvirt.undefine("db");
    await succeeds(pulumi.up());
    expect(await identities(host)).toEqual({ ...before, tap: "", lan: "", nic: "" });
    expect(await names(pulumi)).toEqual(["br", "filter"]);
  },
  5 * minutes,
);

test(
  "what another stack has is imported with protect: that one's next change puts it on record, and the first one's destroy leaves it",
  async () => {
    await using scene = await startThings();
    const { host, stack, pulumi, before } = scene;
    const other = await pulumi.on("other");
    await stack.say({ resources: {} });
    const args = [
      "--stack",
      other.stack,
      "--yes",
      "--non-interactive",
      "--color",
      "never",
      "--protect=true",
      "--skip-preview",
    ];
    for (const [type, name, id] of [
      ["Bridge", "br", "br0"],
      ["BridgeNetfilter", "filter", "br0"],
      ["Network", "lan", "lan"],
      ["Nic", "nic", "web/52:54:00:00:00:01"],
      ["Tap", "tap", "tap0"],
    ]) {
      const { code, stdout, stderr } = await other.run([
        "import",
        `kvmnet:index:${type}`,
        `${name}`,
        `kvm1.example/${id}`,
        ...args,
      ]);
      expect({ code, said: code === 0 ? "" : stdout + stderr }).toEqual({ code: 0, said: "" });
      expect((stdout + stderr).replaceAll(/\n */g, " ")).toMatch(/is on record as .* of the stack lab .* state delete/);
    }
    const guarded = altered(
      things({
        br: { mtu: 1400 },
        filter: { mode: "bypass" },
        lan: { autostart: false },
        nic: { linkState: "down" },
        tap: { owner: "alice" },
      }),
      (one) => ({ ...one, options: { protect: true } }),
    );
    await stack.say(guarded);
    await succeeds(other.up());
    const tap = { tap: (await identities(host)).tap };
    const whose = await owners(host);
    expect(Object.values(whose).every((one) => one.startsWith("other/"))).toBe(true);
    await stack.say(things());
    await succeeds(pulumi.destroy());
    expect(await identities(host)).toEqual({ ...before, ...tap });
    expect(await owners(host)).toEqual(whose);
    expect((await other.destroy()).code).not.toBe(0);
    expect(await identities(host)).toEqual({ ...before, ...tap });
    await other.must(["state", "unprotect", "--all", "--yes", "--stack", other.stack]);
    await succeeds(other.destroy());
    expect(await identities(host)).toEqual(each(""));
  },
  5 * minutes,
);
