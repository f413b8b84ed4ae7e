import { succeeds } from "../lab/succeeds";
import type { YamlProgram } from "../lab/yamlStack";
import { SimulatedHost } from "./host/simulatedHost";
import { identities, type Kept, kept, owners } from "./identities";
import { type Name, type Properties, programOf } from "./program";
import { urnsOf } from "./refactorings";
import { each, refactoringTable, saidOf } from "./refactoringTable";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const mac = { macAddress: "52:54:00:00:00:01" };

/** The same things on a host, none of which waits for another resource of the program. */
const byName: Partial<Record<Name, Properties>> = {
  filter: { bridge: "br0" },
  lan: { bridge: "br0" },
  nic: { network: "lan", ...mac },
  tap: { bridge: "br0" },
};

const line = refactoringTable();

test(
  "a second stack that wants the same is told of each whose it is, and neither its up nor its destroy changes anything",
  async () => {
    await using host = await SimulatedHost.start();
    const web = host.libvirt.define("web");
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    await stack.up(programOf(host, kept, { nic: mac }));
    const [before, whose] = [await identities(host), await owners(host)];

    const other = await stack.pulumi.on("other");
    await stack.say(programOf(host, kept, byName));
    const preview = await other.preview();
    expect(preview.code).not.toBe(0);
    expect(preview.stdout).toMatch(/belongs to .*"\w+" of the stack .*?lab/);
    const { code, stdout } = await other.up({ args: ["--continue-on-error"] });
    expect(code).not.toBe(0);
    const told = /belongs to .*"(\w+)" of the stack .*?lab/g;
    expect([...new Set([...stdout.matchAll(told)].map(([, name]) => name))].sort()).toEqual([...kept].sort());
    expect(await urnsOf(other)).toEqual([]);
    const after = await identities(host);
    await succeeds(other.destroy());
    const left = await identities(host);
    expect([after, left]).toEqual([before, before]);
    expect(await owners(host)).toEqual(whose);
    line("two stacks: the second's", { says: each("refused: another stack's"), before, after, left, whose });

    // Without an address of its own it is another NIC, and the first stays.
    const second: YamlProgram = programOf(host, ["nic"], { nic: { network: "lan" } });
    await stack.say(second);
    await succeeds(other.up());
    expect(web.live).toHaveLength(2);
    await succeeds(other.destroy());
    expect(web.live).toHaveLength(1);
    expect(await identities(host)).toEqual(before);
    await succeeds(stack.pulumi.destroy());
    expect(await identities(host)).toEqual(each(""));
  },
  5 * minutes,
);

test(
  "a stack that is split keeps all that it has, and the half that the other one needs goes last",
  async () => {
    await using host = await SimulatedHost.start();
    host.libvirt.define("web");
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    const { pulumi } = stack;
    await stack.up(programOf(host, kept, { nic: mac }));
    const before = await identities(host);

    const other = await pulumi.on("other");
    const moving = (await urnsOf(pulumi)).filter((urn) => /::(lan|nic)$/.test(urn));
    const move = ["state", "move", "--source", "lab", "--dest", "other", "--yes", "--include-parents"];
    await pulumi.must([...move, ...moving]);
    const halves = [
      { half: other, program: programOf(host, ["lan", "nic"], { lan: { bridge: "br0" }, nic: mac }) },
      { half: pulumi, program: programOf(host, ["br", "filter", "tap"]) },
    ];
    const says = each("");
    for (const { half, program } of halves) {
      await stack.say(program);
      const said = saidOf(await succeeds(half.preview({ args: ["--diff"] })));
      for (const name of Object.keys(program.resources ?? {}) as Kept[]) says[name] = said[name];
      await succeeds(half.up());
      await succeeds(half.preview({ args: ["--expect-no-changes"] }));
      expect(await identities(host)).toEqual(before);
    }
    expect(says).toEqual({ ...each(""), lan: "~ update", nic: "~ update" });
    const [after, whose] = [await identities(host), await owners(host)];
    expect(whose).toEqual({
      ...{ Bridge: "lab/br", BridgeNetfilter: "lab/filter", Tap: "lab/tap" },
      ...{ Network: "other/lan", Nic: "other/nic" },
    });

    const early = await pulumi.destroy();
    expect(early.code).not.toBe(0);
    expect(early.stdout).toMatch(/nothing was deleted: the bridge br0 can't be deleted: web runs on it/);
    expect(await identities(host)).toEqual(before);
    await succeeds(other.destroy());
    await succeeds(pulumi.destroy());
    const left = await identities(host);
    expect(left).toEqual(each(""));
    line("split of a stack", { says, before, after, left, whose });
  },
  5 * minutes,
);
