import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../lab/command";
import { ensurePackages } from "../lab/ensurePackages";
import { folders } from "../lab/folders";
import { guestImage } from "../lab/guestImage";
import { hostImage } from "../lab/hostImage";
import { Lan } from "../lab/lan";
import { Namespace } from "../lab/namespace";
import { Pulumi } from "../lab/pulumi";

const releases = ["bookworm", "trixie"] as const;

beforeAll(async () => {
  await ensurePackages();
  for (const release of releases) {
    await hostImage(release);
  }
  await guestImage();
}, 900_000);

describe.each(releases)("a %s host", (release) => {
  test("boots with an address by DHCP and takes SSH from the LAN and from behind the router", async () => {
    await using lan = await Lan.start();
    await using host = await lan.startHost({ name: "kvm1", release });
    expect(host.address).toMatch(/^192\.0\.2\.1[5-9]\d$/);
    expect((await host.ssh(["cat", "/etc/os-release"])).stdout).toContain(`VERSION_CODENAME=${release}`);
    expect((await host.ssh(["sudo", "-n", "id", "-u"], { user: "admin", from: lan.engineFar })).stdout).toBe("0\n");
    expect(await host.must(["systemctl", "--failed", "--plain", "--no-legend"])).toBe("");
  }, 60_000);

  test("keeps its disk over a power cut, and is gone from the LAN while it is off", async () => {
    await using lan = await Lan.start();
    const addressing = { address: "192.0.2.100/24" };
    await using host = await lan.startHost({ name: "kvm1", release, addressing, files: { "/etc/given": "yes" } });
    expect(host.address).toBe("192.0.2.100");
    expect(await host.readFile("/etc/given")).toBe("yes");
    await host.writeFile("/root/note", "kept");
    await using pings = await lan.pingCounter(host.address);
    await host.reboot({ hard: true });
    expect(await host.readFile("/root/note")).toBe("kept");
    expect((await host.ssh(["true"])).code).toBe(0);
    expect((await pings.stop()).longestGapMs).toBeGreaterThan(50);
  }, 60_000);

  test("runs a guest that answers without a NIC, and on the LAN once it has one", async () => {
    await using lan = await Lan.start();
    const netplan = `network:
  version: 2
  renderer: networkd
  ethernets:
    enp1s0: {}
  bridges:
    br0:
      interfaces: [enp1s0]
      dhcp4: true
      parameters: { stp: false, forward-delay: 0 }
`;
    await using host = await lan.startHost({ name: "kvm1", release, netplan });
    await using guest = await host.startGuest({ name: "web" });
    expect(await guest.addresses()).toEqual([]);
    const before = await guest.uptime();
    await host.must(["virsh", "attach-interface", "web", "bridge", "br0", "--model", "virtio", "--live"]);
    const address = await guest.waitForAddress();
    await using pings = await lan.pingCounter(address, { intervalMs: 20, from: lan.engineFar });
    expect((await guest.run(["ping", "-c", "3", "198.51.100.10"])).code).toBe(0);
    expect((await pings.stop()).received).toBeGreaterThan(50);
    expect(await guest.uptime()).toBeGreaterThan(before);
  }, 120_000);
});

test("a machine in QEMU is the same one and clean again, with a kernel, a clock and NICs of its own", async () => {
  await using lan = await Lan.start();
  const seen: { id: string; random: string }[] = [];
  for (const _ of [1, 2]) {
    await using host = await lan.startHost({ name: "kvm1", kind: "qemu", addressing: { address: "192.0.2.100/24" } });
    expect((await host.exec(["test", "-e", "/root/note"])).code).toBe(1);
    await host.writeFile("/root/note", "gone with it");
    await host.must(["sync"]);
    // It went on from a memory that may be days old.
    expect(Math.abs(Number(await host.must(["date", "+%s"])) - Date.now() / 1000)).toBeLessThan(60);
    const random = await host.readFile("/proc/sys/kernel/random/uuid");
    seen.push({ id: await host.readFile("/etc/machine-id"), random });
    if (seen.length === 1) continue;

    expect(await host.must(["uname", "-r"])).toMatch(/-cloud-amd64\n$/);
    await host.must(["modprobe", "--all", "8021q", "bonding", "dummy", "br_netfilter", "tun"]);
    // 0 is NET_ADDR_PERM; a veth pair has 1 or 3.
    const types = ["enp1s0", "enp2s0"].map((nic) => `/sys/class/net/${nic}/addr_assign_type`);
    expect(await host.must(["cat", ...types])).toBe("0\n0\n");
    expect((await host.ssh(["hostname"])).stdout).toBe("kvm1\n");
    await host.isolate();
    expect((await lan.engine.run(["ping", "-c", "1", "-W", "2", host.address])).code).toBe(1);
    await host.must(["sh", "-c", "echo said >/dev/console"]);
    expect(await host.console()).toContain("said");
    await host.rejoin();
    expect((await lan.engine.run(["ping", "-c", "1", "-W", "2", host.address])).code).toBe(0);
  }
  expect(seen[1]?.id).toBe(seen[0]?.id);
  expect(seen[1]?.random).not.toBe(seen[0]?.random);
}, 300_000);

test("a host that is isolated keeps its carrier and answers nobody", async () => {
  await using lan = await Lan.start();
  await using host = await lan.startHost({ name: "kvm1", addressing: { address: "192.0.2.100/24" } });
  await host.isolate();
  expect((await lan.engine.run(["ping", "-c", "1", "-W", "1", host.address])).code).toBe(1);
  expect(await host.must(["cat", "/sys/class/net/enp1s0/carrier"])).toBe("1\n");
  await host.rejoin();
  // Until the first answer: a neighbour that did not answer is asked again after a while only.
  expect((await lan.engine.run(["ping", "-c", "1", "-w", "10", host.address])).code).toBe(0);
}, 60_000);

test("a stand-in answers ARP and no ping", async () => {
  await using lan = await Lan.start();
  await using _ = await lan.standIn({ address: "192.0.2.2", answers: "arp-only" });
  expect((await lan.engine.run(["ping", "-c", "1", "-W", "1", "192.0.2.2"])).code).toBe(1);
  expect((await lan.engine.run(["ip", "neigh", "show", "192.0.2.2"])).stdout).toContain("lladdr");
}, 60_000);

test("two labs at once do not meet", async () => {
  await using one = await Lan.start();
  await using two = await Lan.start();
  const addressing = { address: "192.0.2.100/24" };
  await using first = await one.startHost({ name: "kvm1", addressing });
  await using second = await two.startHost({ name: "kvm1", addressing });
  await first.writeFile("/root/note", "first");
  await second.writeFile("/root/note", "second");
  expect((await first.ssh(["cat", "/root/note"])).stdout).toBe("first");
  expect((await second.ssh(["cat", "/root/note"])).stdout).toBe("second");
}, 60_000);

describe("a lab whose owner ended", () => {
  const fixture = resolve(__dirname, "../lab/fixtures/startAndWait.ts");

  async function startOther(): Promise<{ child: ChildProcess; id: string }> {
    const child = spawn(process.execPath, ["--import", "tsx", fixture], { stdio: ["ignore", "pipe", "inherit"] });
    const [text] = await once(child.stdout as NodeJS.ReadableStream, "data");
    return { child, id: String(text).trim() };
  }

  async function traces(id: string): Promise<string[]> {
    const mounts = await run(["grep", "-l", id, "/proc/mounts", "/etc/netns", "-r"]);
    const found = [folders.run(id), folders.scratch(id)].filter((path) => existsSync(path));
    return [...found, ...(await Namespace.list(`kvmnet-${id}-`)), ...mounts.stdout.split("\n").filter(Boolean)];
  }

  test("by kill -9 is swept by the next one", async () => {
    const { child, id } = await startOther();
    expect(await traces(id)).not.toEqual([]);
    child.kill("SIGKILL");
    await once(child, "exit");
    await using _ = await Lan.start();
    expect(await traces(id)).toEqual([]);
  }, 60_000);

  test("by Ctrl-C is gone before it ends", async () => {
    const { child, id } = await startOther();
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([null, "SIGINT"]);
    expect(await traces(id)).toEqual([]);
  }, 60_000);
});

test("a real engine runs a program on the LAN", async () => {
  await using lan = await Lan.start();
  const directory = await mkdtemp(join(tmpdir(), "kvmnet-program-"));
  try {
    await writeFile(join(directory, "Pulumi.yaml"), "name: trivial\nruntime: nodejs\nmain: index.ts\n");
    await writeFile(
      join(directory, "index.ts"),
      `import { execFileSync } from "node:child_process";
export const answer: string = execFileSync("ping", ["-c", "1", "198.51.100.10"], { encoding: "utf8" });
`,
    );
    await run(["ln", "-s", resolve(__dirname, "../../node_modules"), directory]);
    await using pulumi = await Pulumi.init({ place: lan.engine, directory });
    expect(await pulumi.up()).toMatchObject({ code: 0 });
    expect((await pulumi.outputs()).answer).toContain("1 received");
    expect(await pulumi.destroy()).toMatchObject({ code: 0 });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}, 600_000);

test("`make lab` leaves a lab in which each command that it prints does what it says", async () => {
  const tsx = [process.execPath, "--import", "tsx"];
  const made = await run([...tsx, resolve(__dirname, "../lab/up.ts")], { timeout: 300_000 });
  const [, id = ""] = /^Lab (\w+):/m.exec(made.stdout) ?? [];
  try {
    expect(made).toMatchObject({ code: 0 });
    const [, enter = ""] = /^ {2}(\S+\/enter)$/m.exec(made.stdout) ?? [];
    const printed = [...made.stdout.matchAll(/^ {2}((?:pulumi|kvmnet|ssh) .*)$/gm)].map(([, command = ""]) => command);
    expect(printed.length).toBeGreaterThanOrEqual(6);
    for (const command of printed) {
      const yes = /^pulumi (up|destroy)/.test(command) ? ["--yes"] : [];
      expect(await run([enter, ...command.split(" "), ...yes], { timeout: 120_000 })).toMatchObject({ code: 0 });
    }
  } finally {
    await run([...tsx, resolve(__dirname, "../lab/down.ts"), id]);
  }
}, 600_000);
