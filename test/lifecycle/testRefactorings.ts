import { chosen } from "../lab/chosen";
import { goThrough } from "./goThrough";
import { SimulatedHost } from "./host/simulatedHost";
import { identities, type Kept, kept } from "./identities";
import { type Properties, programOf } from "./program";
import type { Refactoring } from "./refactorings";
import { refactoringTable } from "./refactoringTable";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const plain: Partial<Record<Kept, Properties>> = { nic: { macAddress: "52:54:00:00:00:01" } };

/** A test of each: nothing on a host is lost by it. At the end the table of what was seen. */
export function testRefactorings(refactorings: readonly Refactoring[]): void {
  const line = refactoringTable();

  test.each(chosen(refactorings, 4, refactorings[0]?.what ?? ""))(
    "$what: each thing stays the one that it is, is changed by the next program, and goes with its stack",
    async (refactoring) => {
      await using host = await SimulatedHost.start();
      host.libvirt.define("web");
      await using running = await SimulatedStack.start(host);
      const { stack } = running;
      const program = programOf({ connection: { host: "kvm1.example" } }, kept, plain);
      const elsewhere = { ...host.connection, host: "localhost" };
      const scene = { host, elsewhere, running, pulumi: stack.pulumi, program };
      line(refactoring.what, await goThrough(refactoring, scene, () => identities(host)));
    },
    5 * minutes,
  );
}
