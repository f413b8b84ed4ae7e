import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const script = join(__dirname, "../../../../provider/host/transaction/networkmanager.sh");

/** The functions that transaction.sh has for its parts, and the part; what it tells NetworkManager lies in the test's folder. */
const harness = `
log() { echo "$*" >>log; }
logged() { "$@" >>log 2>&1; }
limited() { timeout -k 1 "$@"; }
. "$1"
nm_devices=states
nm_leases=leases
nm_waiting=run/conf.d/waiting.conf
netplan_make() { :; }
shift
"$@"`;

/** systemd: NetworkManager is in a state until it is told otherwise; "stuck" goes only by a signal. */
const systemctl = `#!/bin/sh
echo "systemctl $*" >>calls
case $* in
"stop "*) if grep -qx stuck unit; then sleep 30; else echo inactive >unit; fi ;;
"start "*) if [ -e broken ]; then exit 1; fi; echo active >unit ;;
"kill --signal=KILL "*) echo inactive >unit ;;
*is-active*) ! grep -qx inactive unit ;;
*ActiveState*) cat unit ;;
esac
`;
const nmcli = `#!/bin/sh
for link; do :; done
cat "has.$link"
`;
const [user, bridge] = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
const state = `[device]\nmanaged=true\nconnection-uuid=${user}\nnm-owned=false\nroute-metric-default-effective=100\n`;

describe("what NetworkManager is told of a change", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "kvmnet-networkmanager-"));
    for (const name of ["bin", "states", "leases"]) await mkdir(join(folder, name));
    await write("bin/systemctl", systemctl, 0o755);
    await write("bin/nmcli", nmcli, 0o755);
    await write("unit", "active\n");
    // Every machine has lo, of index 1.
    await write("keep.apply", `lo ${bridge}\n`);
    await write("keep.rollback", `lo ${user}\n`);
    await write("states/1", state);
    await write("handover", "");
    await write("has.lo", `100 (connected)\n${bridge}\n`);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = (name: string, text: string, mode = 0o644) => writeFile(join(folder, name), text, { mode });
  const read = (name: string) => readFile(join(folder, name), "utf8").catch(() => "");
  const run = (...call: string[]) =>
    new Promise<number | null>((done, failed) => {
      const env = { ...process.env, PATH: `${folder}/bin:${process.env.PATH}` };
      const child = spawn("sh", ["-c", harness, "sh", script, ...call], { cwd: folder, env, stdio: "ignore" });
      child.on("error", failed);
      child.on("close", done);
    });

  test("it is stopped in order, before the kernel is changed", async () => {
    expect(await run("daemon_before", "apply")).toBe(0);
    expect(await read("unit")).toBe("inactive\n");
    expect(await read("calls")).not.toContain("KILL");
  });

  test("where it does not stop in time it is ended, so that a way back does not wait for it", async () => {
    await write("unit", "stuck\n");
    expect(await run("daemon_before", "rollback")).toBe(0);
    const said = (await read("calls")).split("\n");
    expect(said.slice(0, 3)).toEqual([
      "systemctl stop NetworkManager.service",
      "systemctl -q is-active NetworkManager.service",
      "systemctl kill --signal=KILL NetworkManager.service",
    ]);
  });

  test("it starts with the profile that each link is to have, and the change waits until it has taken them over", async () => {
    expect(await run("daemon_keep")).toBe(0);
    expect(await run("daemon_after", "apply")).toBe(0);
    expect(await read("states/1")).toContain(`connection-uuid=${bridge}\n`);
    expect(await read("unit")).toBe("active\n");
  });

  test("on the way back it knows of each link what it knew before", async () => {
    expect(await run("daemon_keep")).toBe(0);
    expect(await run("daemon_after", "apply")).toBe(0);
    await write("has.lo", `100 (connected)\n${user}\n`);
    expect(await run("daemon_after", "rollback")).toBe(0);
    expect(await read("states/1")).toBe(state);
  });

  test("a lease goes over: what the link was given is the other's, under its profile, and its file of leases too", async () => {
    await write("handover", "NetworkManager lo lo\n");
    await write(`leases/internal-${user}-lo.lease`, "ADDRESS=192.0.2.150\n");
    expect(await run("config_check")).toBe(0);
    expect(await run("daemon_keep")).toBe(0);
    expect(await run("daemon_after", "apply")).toBe(0);
    expect(await read("states/1")).toBe(state.replace(user, bridge).replace(/^route-metric.*\n/m, ""));
    expect(await read(`leases/internal-${bridge}-lo.lease`)).toBe("ADDRESS=192.0.2.150\n");
    await write("has.lo", `100 (connected)\n${user}\n`);
    expect(await run("daemon_after", "rollback")).toBe(0);
    expect(await read("states/1")).toBe(state);
  });

  test("while no server answers it waits for as long as the lease is good: the way back is gone then, the way there is not", async () => {
    await write("handover", "NetworkManager lo lo\n");
    await write(`leases/internal-${user}-lo.lease`, "ADDRESS=192.0.2.150\n");
    // What it reads when it starts.
    await write("bin/systemctl", `${systemctl}case $* in "start "*) cat run/conf.d/* >read ;; esac\n`, 0o755);
    expect(await run("daemon_keep")).toBe(0);
    await write("has.lo", `70 (connecting (getting IP configuration))\n${bridge}\n`);
    expect(await run("daemon_after", "apply")).toBe(1);
    expect(await read("log")).toMatch(/does not take lo over: 70 \(connecting/);
    await write("has.lo", `70 (connecting (getting IP configuration))\n${user}\n`);
    expect(await run("daemon_after", "rollback")).toBe(0);
    expect(await read("read")).toMatch(/^match-device=interface-name:lo\nipv4\.dhcp-timeout=2147483647$/m);
    expect(await read("run/conf.d/waiting.conf")).toBe("");
  });

  test("one of which NetworkManager's own client keeps nothing is refused before anything is changed", async () => {
    await write("handover", "NetworkManager lo lo\n");
    expect(await run("config_check")).toBe(1);
    expect(await read("made.log")).toMatch(/^it keeps no lease of lo in leases: another program asks DHCP for it/);
    expect(await read("calls")).toBe("");
  });

  test.each([
    ["has another profile", `100 (connected)\n${user}\n`, /does not take lo over: 100 \(connected\)/],
    ["found the link in nobody's hands", "10 (unmanaged)\n\n", /does not take lo over: 10 \(unmanaged\)/],
  ])("a change fails where it %s after its start, and says so", async (_, has, words) => {
    await write("has.lo", has);
    expect(await run("daemon_after", "apply")).toBe(1);
    expect(await read("log")).toMatch(words);
  });

  test("a change fails where it does not start", async () => {
    await write("broken", "");
    expect(await run("daemon_after", "apply")).toBe(1);
    expect(await read("log")).toMatch(/NetworkManager does not start/);
  });
});
