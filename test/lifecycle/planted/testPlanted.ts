import { chosen } from "../../lab/chosen";
import { Leaks } from "../../lab/leaks";
import { SimulatedHost } from "../host/simulatedHost";
import { control, type Language, marksIn, planted, type Wrong, wrong } from "./cases";
import { PlantedStack } from "./plantedStack";

const minutes = 60_000;
const loud = ["--diff", "--logtostderr", "-v=1"];

/** Programs of a language that are wrong: nothing that is secret in them is in what the engine says and keeps of it. */
export function testPlanted(language: Language, cases: Readonly<Record<string, Wrong>> = wrong): void {
  const leaks = new Leaks(marksIn([cases, control]));
  let stack: PlantedStack;
  beforeAll(async () => {
    stack = await PlantedStack.start(language);
  }, 10 * minutes);
  afterAll(() => stack?.[Symbol.asyncDispose]());

  test.each(chosen(Object.entries(cases), 3, language))(
    "%s: no secret is printed or kept",
    async (name, { make, args, says, instead }) => {
      const runs = [
        // In YAML, what stands in the program is what the engine prints of it.
        { what: "preview", fromConfig: language === "yaml", flags: ["--diff"] } as const,
        { what: "up", fromConfig: true, flags: loud } as const,
      ];
      for (const { what, fromConfig, flags } of runs) {
        const { code, stdout, stderr } = await stack.does(what, { name, make, args, fromConfig }, flags);
        expect({ what, code }).not.toEqual({ what, code: 0 });
        expect(leaks.in(stdout + stderr)).toEqual([]);
        expect(stdout + stderr).toMatch(instead?.[language] ?? says);
      }
      expect(leaks.in(JSON.stringify(await stack.pulumi.exportStack()))).toEqual([]);
      expect(await leaks.filesIn(stack.pulumi.stateFolder)).toEqual([]);
    },
    10 * minutes,
  );

  test("what is no secret is found by the same search: in what is printed, and in what is kept", async () => {
    const { code, stdout, stderr } = await stack.does("preview", { name: "one", ...control, fromConfig: false }, loud);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(control.says);
    expect(leaks.in(stdout + stderr)).toEqual([control.args.name]);
  });

  test(
    "right: no secret is printed, kept or on the host",
    async () => {
      await using host = await SimulatedHost.start();
      const { privateKey } = host.connection;
      const more = { password: planted("rightPassword"), privateKeyPassword: planted("rightOpens") };
      const args = { connection: { ...host.connection, ...more }, name: "br-open" };
      const hidden = new Leaks([...Object.values(more), privateKey.split("\n")[2] ?? ""]);
      const open = new Leaks([args.name]);
      for (const what of ["preview", "up", "preview", "destroy"] as const) {
        const program = { name: "one", make: "HostBridge", args, fromConfig: language === "yaml" };
        const { code, stdout, stderr } = await stack.does(what, program, loud);
        expect({ what, code, said: code === 0 ? "" : stdout + stderr }).toEqual({ what, code: 0, said: "" });
        expect(hidden.in(stdout + stderr)).toEqual([]);
        if (what === "up") {
          expect(open.in(stdout + stderr)).toContain(args.name);
          const kept = JSON.stringify(await stack.pulumi.exportStack());
          expect([hidden.in(kept), open.in(kept)]).toEqual([[], [args.name]]);
          expect(await host.must(["sh", "-c", `grep -rlF planted- /etc /var /run /tmp /root || :`])).toBe("");
        }
      }
      expect(await hidden.filesIn(stack.pulumi.stateFolder)).toEqual([]);
      expect(await open.filesIn(stack.pulumi.stateFolder)).not.toEqual([]);
    },
    10 * minutes,
  );
}
