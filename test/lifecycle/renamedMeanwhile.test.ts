import { succeeds } from "../lab/succeeds";
import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

test(
  "a bridge whose rename the host confirmed, and the state does not have, as its engine died: refreshed under its new name, and the next up changes nothing",
  async () => {
    await using host = await SimulatedHost.start();
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    await stack.up(programOf(host, ["br"]));
    const before = await stack.pulumi.exportState();
    const renamed = programOf(host, ["br"], { br: { name: "br1" } });
    await stack.up(renamed);
    const transactions = () => host.must(["ls", "/var/lib/kvmnet/transactions"]);
    const had = await transactions();
    await stack.pulumi.importState(before);
    expect(await succeeds(stack.pulumi.refresh())).not.toMatch(/any more/);
    await stack.up(renamed);
    expect(await stack.unchanged(renamed)).toEqual({ code: 0, said: "" });
    expect(await transactions()).toBe(had);
    await succeeds(stack.pulumi.destroy());
    expect(await host.must(["ip", "-br", "link"])).not.toMatch(/^br\d/m);
  },
  5 * minutes,
);
