import { Leaks } from "../lab/leaks";
import { commandLine } from "./commandLine";
import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const secret = "planted-history-71d0";

const netplan = `network:
  version: 2
  tunnels: {wg0: {mode: wireguard, keys: {private: ${secret}}}}
  ethernets:
    enp1s0:
      addresses: [192.0.2.100/24]
      routes: [{to: default, via: 192.0.2.1}]
`;

test(
  "a host says what kvmnet has and changed on it, and is clean once nothing of that is left",
  async () => {
    await using host = await SimulatedHost.start("kvm1", { netplan });
    await using cli = await commandLine(host);
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    const resource =
      /^ {2}bridge br0, since 20\d\d-\d\d-\d\d \d\d:\d\d: the Bridge "br" of the stack \S+ of the project \S+ \(urn:/m;

    const nothing = await cli.run("history");
    expect(nothing).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("nothing here is kvmnet's\n\nNo change"),
    });
    expect(await cli.run("clean")).toMatchObject({ code: 64, stderr: expect.stringContaining("--yes says yes") });
    expect(await cli.run("clean", "--yes")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("nothing is left"),
    });

    host.tools.break("networkctl", () => "");
    await stack.say(programOf(host, ["br"]));
    expect((await stack.pulumi.up()).code).not.toBe(0);
    const undone = (await cli.run("history")).stdout;
    expect(undone).toMatch(
      /^20.* {2}undone by the host: .* {2}\(transaction [0-9a-f]{12}\)\n {2}for the Bridge "br" of/m,
    );

    host.tools.break("networkctl", undefined);
    await stack.up();
    const { code, stdout } = await cli.run("history");
    expect(code).toBe(0);
    expect(stdout).toMatch(resource);
    expect(stdout).toMatch(/ {2}changed and confirmed {2}\(transaction [0-9a-f]{12}\)\n {2}for the Bridge "br" of/);
    expect(stdout).toContain("  +++ /etc/netplan/80-kvmnet-br0.yaml\n");
    expect(stdout.indexOf("changed and confirmed")).toBeLessThan(stdout.indexOf("undone by the host"));
    const bridgeFile = { path: "/etc/netplan/80-kvmnet-br0.yaml", diff: expect.stringContaining("\n+    br0:\n") };
    expect(JSON.parse((await cli.run("history", "--json")).stdout)).toMatchObject([
      {
        ...{ kind: "thing", what: "bridge br0", resource: expect.stringMatching(/::br$/) },
        host: expect.stringContaining(`root@${host.connection.host}`),
      },
      { ...{ kind: "change", severity: "info", state: "confirmed" }, files: expect.arrayContaining([bridgeFile]) },
      {
        ...{ kind: "change", severity: "warning", state: "rolled-back" },
        text: expect.stringMatching(/^undone by the host: /),
      },
    ]);
    expect(new Leaks([secret]).in(stdout)).toEqual([]);

    const refused = await cli.run("clean", "--yes");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/nothing was removed: this is kvmnet's still:\n {2}bridge br0/);
    expect(await host.must(["ls", "/var/lib/kvmnet"])).toContain("last-good");

    await stack.pulumi.must(["destroy", "--yes", "--stack", stack.pulumi.stack]);
    const after = await cli.run("history");
    expect(after.stdout).toContain("nothing here is kvmnet's\n\n20");
    expect(after.stdout.match(/changed and confirmed/g)).toHaveLength(2);
    // As a NIC leaves it that a hand detached, of a resource that no state has.
    const stale = "/var/lib/kvmnet/nics/4b5e57f6-eb2f-42b9-839b-3d1e13929295-525400000001.json";
    await host.must(["mkdir", "-p", "/var/lib/kvmnet/nics"]);
    host.writeFile(stale, JSON.stringify({ owner: "urn:pulumi:lab::homelab::kvmnet:index:Nic::nic", ownerId: "a" }));
    expect((await cli.run("history")).stdout).toContain("nothing here is kvmnet's\n\n20");
    const plug = "/var/lib/kvmnet/guests/plug.sh";
    await host.must(["mkdir", "-p", "/var/lib/kvmnet/guests"]);
    host.writeFile(plug, "");
    expect((await cli.run("clean", "--yes")).stderr).toContain(
      `NICs of VMs are not plugged in again; sh ${plug} does that`,
    );
    await host.must(["rm", plug]);
    const cleaned = await cli.run("clean", "--yes");
    expect(cleaned).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing is left of kvmnet\n") });
    expect(cleaned.stderr).toContain("  /var/lib/kvmnet/transactions");
    expect(await host.must(["sh", "-c", "ls -d /var/lib/kvmnet /etc/systemd/system/kvmnet* 2>/dev/null || :"])).toBe(
      "",
    );
    expect((await cli.run("history")).stdout).toContain("No change of its network is kept.");
  },
  5 * minutes,
);
