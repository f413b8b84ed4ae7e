import { spawn } from "node:child_process";
import { mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CommandOptions, type CommandResult, labEnvironment, run } from "./command";
import { hostImage } from "./hostImage";
import { environment, type Machine, type MachineSpec } from "./machine";
import { Namespace } from "./namespace";
import { Overlay } from "./overlay";
import type { SwitchPort } from "./switch";

/**
 * A mount namespace with the host's disk and a pure control group 2 tree, which systemd asks for and this
 * machine may not have. nspawn's own private network is not used: the host's namespace is one of the lab's.
 */
const boot = `
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2,workdir=$3" "$4"
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p "/sys/fs/cgroup/$5"
echo $$ >"/sys/fs/cgroup/$5/cgroup.procs"
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_API_VFS_WRITABLE=1
exec systemd-nspawn --quiet --boot --directory="$4" --machine="$6" --register=no --keep-unit --capability=all \\
  --bind=/dev/net/tun --link-journal=no --resolv-conf=off --timezone=off --console=pipe $7
`;

/** A real systemd with everything under it, booted from an overlay in a network namespace of the lab. */
export class Container implements Machine {
  ports: SwitchPort[] = [];
  /** Process 1 of the host, as this machine numbers it. */
  private leader: number | undefined;

  private constructor(
    private readonly spec: MachineSpec,
    private readonly overlay: Overlay,
  ) {}

  static async create(spec: MachineSpec): Promise<Container> {
    const overlay = await Overlay.create(await hostImage(spec.release, spec.image), spec.folder);
    for (const [path, content] of Object.entries(spec.files)) {
      await overlay.write(path, content);
    }
    return new Container(spec, overlay);
  }

  async powerOn(): Promise<void> {
    await Namespace.create(this.namespace);
    for (const nic of this.spec.nics) {
      this.ports.push(await this.spec.lanSwitch.plug({ namespace: this.namespace, ...nic }));
    }
    this.leader = await this.boot();
  }

  async powerOff(): Promise<void> {
    await Namespace.remove(this.namespace);
    await Promise.all(this.ports.map((port) => port.unplug()));
    this.ports = [];
    this.leader = undefined;
  }

  async isOn(): Promise<boolean> {
    // What enters one that is just ending may never come back.
    return (await this.exec(["true"], { timeout: 5000 })).code === 0;
  }

  exec(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const set = Object.entries({ ...environment, ...options.env }).map(([name, value]) => `${name}=${value ?? ""}`);
    const enter = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"];
    return run(["nsenter", "--target", this.process1(), ...enter, "env", "-i", ...set, ...argv], {
      ...options,
      env: undefined,
    });
  }

  /** No link on the way to it may be absolute. */
  pathOf(path: string): string {
    return `/proc/${this.process1()}/root${path}`;
  }

  get namespace(): string {
    return `kvmnet-${this.spec.labId}-host-${this.spec.hostName}`;
  }

  private process1(): string {
    if (this.leader === undefined) {
      throw new Error(`${this.spec.hostName} is off`);
    }
    return String(this.leader);
  }

  /** systemd hears of devices only where this file is there before it starts; without, NetworkManager waits for udev for ever. */
  private async udev(): Promise<string> {
    if (!/networkManager$/i.test(this.spec.image)) return "";
    const folder = join(this.spec.folder, "udev");
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "control"), "");
    return `--bind=${folder}:/run/udev`;
  }

  private async boot(): Promise<number> {
    const { overlay, spec } = this;
    const log = await open(spec.log, "a");
    const child = spawn(
      "ip",
      [
        ...[
          "netns",
          "exec",
          this.namespace,
          "unshare",
          "--mount",
          "--propagation",
          "private",
          "sh",
          "-euc",
          boot,
          "sh",
        ],
        ...[overlay.lower, overlay.upper, overlay.work, overlay.root],
        ...[`kvmnet-${spec.labId}/${spec.hostName}`, spec.hostName, await this.udev()],
      ],
      { detached: true, stdio: ["ignore", log.fd, log.fd], env: labEnvironment() },
    );
    await log.close();
    child.on("error", () => {});
    child.unref(); // a detached lab outlives this process; any other is ended by its namespace
    for (let attempt = 0; attempt < 500; attempt++) {
      const leader = child.pid === undefined ? undefined : await findLeader(child.pid);
      if (leader !== undefined) {
        return leader;
      }
      if (child.exitCode !== null || child.pid === undefined) {
        break;
      }
      await sleep(20);
    }
    throw new Error(`${spec.hostName} did not start:\n${await readFile(spec.log, "utf8")}`);
  }
}

/** nspawn's child that has become process 1 of a process namespace and is past nspawn's own preparations. */
async function findLeader(pid: number): Promise<number | undefined> {
  try {
    for (const thread of await readdir(`/proc/${pid}/task`)) {
      const children = await readFile(join("/proc", String(pid), "task", thread, "children"), "utf8");
      for (const child of children.split(" ").filter(Boolean)) {
        const [status, command] = await Promise.all([
          readFile(`/proc/${child}/status`, "utf8"),
          readFile(`/proc/${child}/comm`, "utf8"),
        ]);
        if (/^NSpid:\t\d+\t1$/m.test(status) && command.trim() === "systemd") {
          return Number(child);
        }
      }
    }
  } catch {
    // it is not that far, or has ended
  }
  return undefined;
}
