import { chosen } from "../lab/chosen";
import { succeeds } from "../lab/succeeds";
import type { YamlProgram } from "../lab/yamlStack";
import { SimulatedHost } from "./host/simulatedHost";
import { identities, type Kept, kept, owners } from "./identities";
import { type Properties, programOf } from "./program";
import { altered, type Refactoring, type Scene } from "./refactorings";
import { each, refactoringTable, saidOf } from "./refactoringTable";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const plain: Partial<Record<Kept, Properties>> = { nic: { macAddress: "52:54:00:00:00:01" } };

/** Another value of each. */
const others: Record<string, Properties> = {
  Bridge: { mtu: 1400 },
  BridgeNetfilter: { mode: "bypass" },
  Network: { autostart: false },
  Nic: { linkState: "down" },
  Tap: { owner: "alice" },
};

const changed = (program: YamlProgram) =>
  altered(program, (one, type) => ({ ...one, properties: { ...(one.properties as Properties), ...others[type] } }));

/** A test of each: nothing on a host is lost by it. At the end the table of what was seen. */
export function testRefactorings(refactorings: readonly Refactoring[]): void {
  const line = refactoringTable();

  test.each(chosen(refactorings, 2, refactorings[0]?.what ?? ""))(
    "$what: each thing stays the one that it is, is changed by the next program, and goes with its stack",
    async ({ what, refactor, says, empty, args: more }) => {
      await using host = await SimulatedHost.start();
      host.libvirt.define("web");
      await using running = await SimulatedStack.start(host);
      const program = programOf(host, kept, plain);
      await running.stack.up(program);
      const scene: Scene = { host, running, pulumi: running.stack.pulumi, program };
      const before = await identities(host);
      await refactor(scene);

      // Unless it is asked, the engine leaves out what a replacement that was cut off has still to delete.
      const args = ["--diff", "--show-replacement-steps", ...(empty ? ["--expect-no-changes"] : [])];
      const besides = (await more?.(scene)) ?? [];
      const preview = await succeeds(scene.pulumi.preview({ args: [...args, ...besides] }));
      expect(saidOf(preview)).toEqual(says);
      await succeeds(scene.pulumi.up({ args: besides }));
      const after = await identities(host);
      expect(after).toEqual(before);
      await succeeds(scene.pulumi.preview({ args: ["--expect-no-changes"] }));

      await running.stack.say(changed(scene.program));
      await succeeds(scene.pulumi.up());
      // A TAP of another owner's is another TAP.
      expect({ ...(await identities(host)), tap: before.tap }).toEqual(before);
      const whose = await owners(host);
      const names = Object.entries(scene.program.resources ?? {}).filter(([name]) => name !== "explicit");
      expect(whose).toEqual(
        Object.fromEntries(
          names.map(([name, one]) => [
            String((one as Properties).type)
              .split(":")
              .at(-1),
            `${scene.pulumi.stack}/${name}`,
          ]),
        ),
      );

      await succeeds(scene.pulumi.destroy());
      const left = await identities(host);
      expect(left).toEqual(each(""));
      expect(await owners(host)).toEqual({});
      line(what, { says, before, after, left, whose });
    },
    5 * minutes,
  );
}
