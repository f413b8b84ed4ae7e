import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

/** Without it, a user namespace gives what is needed: mounts and links of one's own. */
const root = process.getuid?.() === 0;

/** A NIC of a machine: its name and its MAC address, which are the same after each boot. */
export interface Nic {
  readonly name: string;
  readonly mac: string;
}

/**
 * Files and links of a machine, in namespaces of their own: the kernel is this machine's, so what `ip` shows of it is
 * true. Its NICs are veth pairs whose other ends are in a namespace that stands for the LAN.
 */
export class Machine implements AsyncDisposable {
  private readonly answers: ((code: number) => void)[] = [];
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly keeper: ChildProcess,
    private readonly lan: number,
    readonly nics: readonly Nic[],
  ) {}

  static async start(nics: readonly Nic[]): Promise<Machine> {
    const keeper = spawn(
      "unshare",
      ["-m", "-n", ...(root ? [] : ["-r"]), "sh", join(__dirname, "machine.sh"), __dirname],
      {
        stdio: ["pipe", "pipe", "inherit"],
        detached: true,
      },
    );
    const machine = new Machine(keeper, await ready(keeper), nics);
    if (keeper.stdout) createInterface(keeper.stdout).on("line", (line) => machine.answers.shift()?.(Number(line)));
    return machine;
  }

  /** Where its files are for this process. */
  path(path: string): string {
    return `/proc/${this.keeper.pid}/root${path}`;
  }

  read(path: string): string | undefined {
    return existsSync(this.path(path)) ? readFileSync(this.path(path), "utf8") : undefined;
  }

  write(path: string, text: string | Buffer): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  remove(path: string): void {
    rmSync(this.path(path), { recursive: true, force: true });
  }

  /** What a shell on it prints, past the simulation. */
  do(script: string): Promise<string> {
    const done = this.turn.then(async () => {
      this.write("/mnt/do", `PATH=/mnt/sbin:/usr/bin; export PATH\n${script}\n`);
      const code = await new Promise<number>((resolve, reject) => {
        this.answers.push(resolve);
        if (this.keeper.exitCode !== null) reject(new Error("the simulated machine is gone"));
        this.keeper.stdin?.write("\n");
      });
      const said = this.read("/mnt/did") ?? "";
      if (code !== 0) throw new Error(`on the simulated machine: ${script}: exit code ${code}: ${said}`);
      return said;
    });
    this.turn = done.catch(() => undefined);
    return done;
  }

  async json<T>(command: string): Promise<T[]> {
    const said = await this.do(command);
    return said.trim() === "" ? [] : (JSON.parse(said) as T[]);
  }

  /** The argv of a program in its namespaces. */
  inside(argv: readonly string[]): string[] {
    return [
      "/usr/bin/nsenter",
      "-t",
      String(this.keeper.pid),
      ...(root ? [] : ["-U", "--preserve-credentials"]),
      "-m",
      "-n",
      "--",
      ...argv,
    ];
  }

  /** Takes out all that a power cut does: links, what lo has, rules, /run, /tmp. The NICs are there again, as found by a boot. */
  async bare(): Promise<void> {
    const links = this.nics.map(
      ({ name, mac }) => `ip link add ${name} address ${mac} type veth peer name ${name} netns ${this.lan}
nsenter -t ${this.lan} -n /mnt/sbin/ip link set dev ${name} up`,
    );
    await this.do(`for link in $(ls /sys/class/net); do case $link in lo | bonding_masters) ;; *) ip link delete dev "$link" 2>/dev/null || : ;; esac; done
ip link set dev lo down; ip address flush dev lo; ip link set dev lo up
for family in -4 -6; do
ip $family rule flush; ip $family rule add from all lookup main pref 32766 2>/dev/null; [ $family = -6 ] || ip rule add from all lookup default pref 32767
ip $family rule show | grep -q 'lookup local' || ip $family rule add from all lookup local pref 0
done
find /run /tmp -mindepth 1 -delete
${links.join("\n")}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.keeper.stdin?.end();
    const { pid, exitCode } = this.keeper;
    if (pid !== undefined && exitCode === null) {
      process.kill(-pid, "SIGKILL");
      await once(this.keeper, "exit");
    }
  }
}

/** The process whose namespace is the LAN. */
async function ready(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new Error("no output to wait for");
  const said = await Promise.race([
    once(child.stdout, "data").then(String),
    once(child, "exit").then(([code]) => `it ended with ${code}`),
  ]);
  const [, lan] = /^ready (\d+)\n$/.exec(said) ?? [];
  if (lan === undefined) throw new Error(`No simulated machine: ${said}. It needs root, or user namespaces.`);
  return Number(lan);
}
