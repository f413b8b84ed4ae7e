import { commandLine } from "./commandLine";
import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

const netplan = `network:
  version: 2
  ethernets:
    enp1s0:
      addresses: [192.0.2.100/24] # the host's own
      routes: [{to: default, via: 192.0.2.1}]
`;

const networkOf = async (host: SimulatedHost) =>
  (await host.must(["ip", "-br", "address"])).replaceAll(/@if\d+|[ ]+$/gm, "") + (await host.must(["ip", "route"]));

const filesOf = (host: SimulatedHost) =>
  host.must(["sh", "-c", "cd / && find etc/netplan etc/systemd/network -type f | sort | xargs -r md5sum"]);

const addressing = {
  addresses: ["192.0.2.100/24", "192.0.2.101/24"],
  routes: [{ to: "default", via: "192.0.2.1" }],
};

test(
  "the last change is taken back in a transaction, whatever it was, and the stack sees that as drift",
  async () => {
    await using host = await SimulatedHost.start("kvm1", { netplan });
    await using cli = await commandLine(host);
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    const asInstalled = [await networkOf(host), await filesOf(host)];

    expect(await cli.run("undo")).toMatchObject({ code: 64, stderr: expect.stringContaining("--yes says yes") });
    expect(await cli.run("undo", "--yes")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("nothing was undone: the host keeps no change of its network"),
    });

    await stack.up(programOf(host, ["br"]));
    const withBridge = [await networkOf(host), await filesOf(host)];
    const create = await cli.run("undo", "--yes");
    expect(create).toMatchObject({ code: 0, stdout: expect.stringContaining("undone, and confirmed") });
    expect(create.stderr).toMatch(
      /to undo on .*: the change of 20.* \(transaction [0-9a-f]{12}\), for the Bridge "br" of/,
    );
    expect(create.stderr).toContain("  br0 goes away\n");
    expect(create.stderr).toContain("  192.0.2.100/24 moves from br0 to enp1s0\n");
    expect(create.stderr).toContain("+      addresses: [192.0.2.100/24] # (hidden)");
    expect(create.stdout).toMatch(/br0 is gone. To the Bridge "br" of .* take it out of the program/);
    expect([await networkOf(host), await filesOf(host)]).toEqual(asInstalled);
    expect((await stack.unchanged()).code).not.toBe(0);

    // What was undone is a change too.
    expect(await cli.run("undo", "--yes")).toMatchObject({ code: 0 });
    expect([await networkOf(host), await filesOf(host)]).toEqual(withBridge);
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });

    await stack.up(programOf(host, ["br"], { br: { name: "br0", addressing } }));
    expect(await networkOf(host)).toContain("192.0.2.101/24");
    const update = await cli.run("undo", "--yes");
    expect(update).toMatchObject({ code: 0 });
    expect(update.stderr).toContain("  192.0.2.101/24 goes away from br0\n");
    expect(update.stdout).toMatch(/To the Bridge "br" of .* write what the files above say of it now into the program/);
    expect([await networkOf(host), await filesOf(host)]).toEqual(withBridge);
    expect((await stack.unchanged()).said).toContain("drift");
    const changes = await host.must(["ls", "/var/lib/kvmnet/transactions"]);
    await stack.up(programOf(host, ["br"]));
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    expect(await host.must(["ls", "/var/lib/kvmnet/transactions"])).toBe(changes);

    await stack.pulumi.must(["destroy", "--yes", "--stack", stack.pulumi.stack]);
    expect([await networkOf(host), await filesOf(host)]).toEqual(asInstalled);
    const destroy = await cli.run("undo", "--yes");
    expect(destroy).toMatchObject({ code: 0, stdout: expect.stringContaining("br0 is there again") });
    expect(destroy.stdout).toMatch(/ {2}pulumi import kvmnet:index:Bridge 'br' \S+\/br0\n/);
    expect([await networkOf(host), await filesOf(host)]).toEqual(withBridge);
  },
  5 * minutes,
);

test(
  "what was changed since, or stands on the bridge, is told, and nothing is done",
  async () => {
    await using host = await SimulatedHost.start("kvm1", { netplan });
    await using cli = await commandLine(host);
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    await stack.up(programOf(host, ["br"]));
    const file = "/etc/netplan/80-kvmnet-br0.yaml";
    const text = host.readFile(file);

    host.writeFile(file, `${text}# by hand\n`);
    const edited = await cli.run("undo", "--yes");
    expect(edited).toMatchObject({ code: 1, stdout: "" });
    expect(edited.stderr).toMatch(
      /nothing was undone: the host was changed since, and that would be lost \(the change of/,
    );
    expect(edited.stderr).toContain("\n  +# (hidden)\n");
    host.writeFile(file, text);

    await host.must(["ip", "address", "add", "192.0.2.77/24", "dev", "br0"]);
    expect(await cli.run("undo", "--yes")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("\n  + address 192.0.2.77/24 "),
    });
    await host.must(["ip", "address", "del", "192.0.2.77/24", "dev", "br0"]);

    await stack.up(programOf(host, ["br", "lan"]));
    expect(await cli.run("undo", "--yes")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("br0 would go, and on it there is the network lan. `pulumi destroy`"),
    });
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
  },
  5 * minutes,
);

test(
  "where it does not hold, the host goes back to what the change had made",
  async () => {
    await using host = await SimulatedHost.start("kvm1", { netplan });
    await using cli = await commandLine(host);
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    await stack.up(programOf(host, ["br"]));
    const withBridge = [await networkOf(host), await filesOf(host)];

    host.onCommand = (command) => {
      if (command.includes(" settle")) host.answering.delete("192.0.2.1");
      return undefined;
    };
    const failed = await cli.run("undo", "--yes");
    expect(failed).toMatchObject({ code: 2, stdout: "" });
    expect(failed.stderr).toContain(
      "the change was rolled back, the host is as before: the gateway 192.0.2.1 does not answer ping",
    );
    expect([await networkOf(host), await filesOf(host)]).toEqual(withBridge);
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
  },
  5 * minutes,
);
