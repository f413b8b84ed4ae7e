import { commandLine } from "./commandLine";
import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

test(
  "the doctor shows what mends a bridge, and does it once the answer is yes",
  async () => {
    await using host = await SimulatedHost.start();
    await using cli = await commandLine(host);
    await using running = await SimulatedStack.start(host);
    await running.stack.up(programOf(host, ["br"]));
    await host.must(["ip", "address", "add", "192.0.2.77/24", "dev", "enp1s0"]);
    const [states, addresses] = [
      () => host.must(["sh", "-c", "cat /var/lib/kvmnet/transactions/*/state"]),
      () => host.must(["ip", "-br", "-4", "address", "show", "dev", "enp1s0"]),
    ];
    const before = await addresses();

    const refused = await cli.answering("n", "doctor", "--listen", "0", "--fix");
    expect(refused.shown).toContain("to do: br0 as kvmnet's files on the host have it: 192.0.2.77/24 is on the port");
    expect(refused.shown).toContain("the host undoes it by itself");
    expect(refused.shown).not.toContain("rollback armed");
    expect(refused.code).toBe(1);
    expect([await states(), await addresses()]).toEqual(["confirmed\n", before]);

    const agreed = await cli.answering("y", "doctor", "--listen", "0", "--fix");
    expect(agreed.shown.indexOf("[y/N]")).toBeLessThan(agreed.shown.indexOf("rollback armed"));
    expect([await states(), await addresses()]).toEqual(["confirmed\nconfirmed\n", expect.not.stringContaining(".77")]);
  },
  5 * minutes,
);

test(
  "Ctrl-C while a host's network is undone or mended has the host go back at once, and says so",
  async () => {
    await using host = await SimulatedHost.start();
    await using cli = await commandLine(host);
    await using running = await SimulatedStack.start(host);
    await running.stack.up(programOf(host, ["br"]));
    const states = () => host.must(["sh", "-c", "cat /var/lib/kvmnet/transactions/*/state | sort"]);
    const rolledBack = { code: 2, signal: null, said: expect.stringContaining("the change was rolled back") };

    expect(await cli.interrupted("rollback armed", "undo", "--yes")).toMatchObject(rolledBack);
    expect(await states()).toBe("confirmed\nrolled-back\n");

    await host.must(["ip", "address", "add", "192.0.2.77/24", "dev", "enp1s0"]);
    const fixing = await cli.interrupted("rollback armed", "doctor", "--listen", "0", "--fix", "--yes");
    expect(fixing).toMatchObject(rolledBack);
    expect(await states()).toBe("confirmed\nrolled-back\nrolled-back\n");
  },
  5 * minutes,
);
