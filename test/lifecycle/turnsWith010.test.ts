import { chosen } from "../lab/chosen";
import { commitOf010, pluginOf } from "../lab/earlierPlugin";
import { succeeds } from "../lab/succeeds";
import type { YamlProgram } from "../lab/yamlStack";
import { SimulatedHost } from "./host/simulatedHost";
import { identities, kept, owners } from "./identities";
import { type Name, type Properties, programOf } from "./program";
import { urnsOf } from "./refactor";
import { each } from "./refactoringTable";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

type Version = "0.1.0" | "today's";

/** What the stack has in each turn; a TAP of another owner's would be another TAP. */
const turns: readonly Partial<Record<Name, Properties>>[] = [
  {},
  { br: { mtu: 1400 }, filter: { mode: "bypass" }, lan: { autostart: false }, nic: { linkState: "down" } },
  { br: { mtu: 1300, stp: true, forwardDelay: 4 }, nic: { model: "e1000" } },
];

/** What today's kvmnet makes that 0.1.0 does not know, and so leaves. */
const unknown = "/etc/systemd/system/kvmnet-filter-reload-br0.service";

/** What else of a host is to be as it was, once all is destroyed. */
async function picture(host: SimulatedHost) {
  const files = "for file in $(find /etc -type f ! -path $0 | sort); do echo $file; cat $file; done";
  return host.must(["sh", "-c", `ip -o -4 address; ip route; ${files}`, unknown]);
}

describe("0.1.0's own plugin and today's, in turns", () => {
  let earlier: string;
  beforeAll(async () => {
    earlier = await pluginOf(commitOf010);
  }, 10 * minutes);

  const by = (version: Version, program: YamlProgram): YamlProgram =>
    version === "0.1.0" ? { plugins: { providers: [{ name: "kvmnet", path: earlier }] }, ...program } : program;

  const versions: readonly Version[] = ["0.1.0", "today's"];
  const rows = versions.flatMap((first) =>
    versions.map((last) => {
      const second: Version = first === "0.1.0" ? "today's" : "0.1.0";
      return { first, second, last };
    }),
  );

  test.each(chosen(rows, 4, "turns"))(
    "made by $first, changed by $second, then by $first again, destroyed by $last: nothing is lost, all goes, and is made again",
    async ({ first, second, last }) => {
      await using host = await SimulatedHost.start();
      host.libvirt.define("web");
      host.libvirt.isDefault = true;
      await using running = await SimulatedStack.start(host);
      const { stack } = running;
      const { pulumi } = stack;
      const [was, domains] = [await picture(host), JSON.stringify(host.libvirt.domains)];
      const say = (version: Version, turn: number) => stack.say(by(version, programOf(host, kept, turns[turn])));

      let before = each("");
      for (const [turn, version] of [first, second, first].entries()) {
        await say(version, turn);
        const said = await succeeds(pulumi.up());
        expect([version, said]).toEqual([version, expect.not.stringMatching(/belongs to|error: /)]);
        const after = await identities(host);
        if (turn === 0) before = after;
        expect(Object.values(after)).not.toContain("");
        expect(after).toEqual(before);
        expect(host.libvirt.domains.flatMap(({ live }) => live)).toHaveLength(1);
        await succeeds(pulumi.preview({ args: ["--expect-no-changes"] }));
      }

      await say(last, 2);
      const said = await succeeds(pulumi.destroy());
      expect([last, said]).toEqual([last, expect.not.stringMatching(/belongs to|error: | and stays/)]);
      expect(await urnsOf(pulumi)).toEqual([]);
      expect(await identities(host)).toEqual(each(""));
      expect(await picture(host)).toBe(was);
      expect(host.has(unknown)).toBe(last === "0.1.0");
      expect(JSON.stringify(host.libvirt.domains)).toBe(domains);

      // What was left is in nobody's way, and goes with the next.
      await say("today's", 0);
      await succeeds(pulumi.up());
      expect(Object.values(await identities(host))).not.toContain("");
      await succeeds(pulumi.preview({ args: ["--expect-no-changes"] }));
      expect(await owners(host)).toMatchObject({ Bridge: "lab/br", Nic: "lab/nic" });
      await succeeds(pulumi.destroy());
      expect(await identities(host)).toEqual(each(""));
      expect(await picture(host)).toBe(was);
      expect(host.has(unknown)).toBe(false);
    },
    5 * minutes,
  );
});
