import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CommandOptions, type CommandResult, labEnvironment, must } from "./command";
import { environment, type Machine, type MachineSpec } from "./machine";
import type { FileContent } from "./overlay";
import { QemuAgent } from "./qemuAgent";
import { type QemuImage, qemuImage } from "./qemuImage";
import { QemuSocket } from "./qemuSocket";
import type { SwitchPort } from "./switch";

/**
 * The plainest processor is the fastest one to emulate; each device that nobody needs has a driver that is loaded.
 * Without svm, as the host's kernel would load KVM.
 */
const hardware = [
  ...["-nodefaults", "-no-user-config", "-display", "none", "-cpu", "qemu64,-svm"],
  ...["-machine", "q35,sata=off,smbus=off,i8042=off,vmport=off"],
  // A host that restarts is a machine that goes off: the lab puts it on again.
  // One processor: with two, QEMU 7.2 now and then tears what one of them reads of a page table that the other writes,
  // and the kernel runs into "TASK stack guard page was hit".
  ...["-accel", "tcg", "-smp", "1", "-m", "1024", "-no-reboot"],
  // So that two machines that went on from one memory do not draw the same random numbers.
  ...["-device", "virtio-rng-pci", "-device", "vmgenid,guid=auto", "-device", "virtio-serial-pci"],
];
const kernelArguments =
  "root=/dev/vda rw console=ttyS0 quiet mitigations=off no_timer_check nokaslr oops=panic panic=-1";

/** What a machine goes on from: its memory as it was, over its disk as it was. */
const saved = (folder: string) => ({ disk: join(folder, "disk.qcow2"), memory: join(folder, "memory") });

/** What decides whether a memory that was saved can be gone on from. */
export async function qemuVersion(): Promise<string> {
  return [await must(["qemu-system-x86_64", "--version"]), ...hardware, kernelArguments].join(" ");
}

/** Without QEMU's own filter of VLANs: to a machine that goes on from its memory it lets no tagged frame through. */
export const nicModel = "virtio-net-pci,ctrl_vlan=off";

/**
 * A machine with a kernel of its own, emulated (no hardware virtualisation is needed, and it is some ten times slower
 * than a container): what is lost by a power cut is lost, its clock is its own, its NICs have permanent MAC addresses.
 */
export class Qemu implements Machine {
  ports: SwitchPort[] = [];
  private child: ChildProcess | undefined;
  private agent: QemuAgent | undefined;

  private constructor(
    private readonly spec: MachineSpec,
    private readonly image: QemuImage,
    /** For the first time that it is on: its initial RAM disk, or its memory. */
    private first: readonly string[],
  ) {}

  /** One that has not booted yet. */
  static async create(spec: MachineSpec): Promise<Qemu> {
    const image = await qemuImage(spec.release);
    await mkdir(spec.folder, { recursive: true });
    await makeDisk(spec, "raw", image.disk);
    return new Qemu(spec, image, ["-initrd", await initrdWithFiles(spec, image.initrd)]);
  }

  /** One that goes on from what `save` left in a folder, with the same NICs; `files` are not put on it. */
  static async goOn(spec: MachineSpec, folder: string): Promise<Qemu> {
    const { disk, memory } = saved(folder);
    const image = await qemuImage(spec.release);
    await mkdir(spec.folder, { recursive: true });
    await makeDisk(spec, "qcow2", disk);
    return new Qemu(spec, image, ["-initrd", image.initrd, "-incoming", `exec:cat '${memory}'`]);
  }

  async powerOn(): Promise<void> {
    const { spec } = this;
    const nics: string[] = [];
    for (const [index, { macAddress }] of spec.nics.entries()) {
      const port = await spec.lanSwitch.plugTap();
      this.ports.push(port);
      nics.push("-netdev", `tap,id=nic${index},ifname=${port.name},script=no,downscript=no`);
      // On a PCI bus each: enp1s0, enp2s0.
      nics.push("-device", `pcie-root-port,id=bus${index},chassis=${index + 1}`);
      nics.push("-device", `${nicModel},bus=bus${index},netdev=nic${index},mac=${macAddress},romfile=`);
    }
    await Promise.all(["agent", "monitor"].map((name) => rm(this.socket(name), { force: true })));
    const log = await open(spec.log, "a");
    const child = this.spawn([...this.devices(), ...nics, ...this.first], log.fd);
    await log.close();
    this.child = child;
    this.first = ["-initrd", this.image.initrd];
    const isOn = () => child.exitCode === null && child.signalCode === null && child.pid !== undefined;
    const timer = setTimeout(() => child.kill("SIGKILL"), 600_000);
    try {
      this.agent = await QemuAgent.connect(this.socket("agent"), isOn);
      await this.agent.answers();
    } catch {
      throw new Error(`${spec.hostName} did not start:\n${await readFile(spec.log, "utf8")}`);
    } finally {
      clearTimeout(timer);
    }
  }

  async powerOff(): Promise<void> {
    this.child?.kill("SIGKILL");
    while (await this.isOn()) await sleep(10);
    this.agent?.close();
    await Promise.all(this.ports.map((port) => port.unplug()));
    this.ports = [];
    this.child = undefined;
    this.agent = undefined;
  }

  async isOn(): Promise<boolean> {
    return this.child?.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  async exec(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    if (!this.agent) throw new Error(`${this.spec.hostName} is off`);
    return this.agent.exec(argv, { ...options, env: { ...environment, ...options.env } });
  }

  pathOf(): string {
    throw this.noContainer();
  }

  get namespace(): string {
    throw this.noContainer();
  }

  private noContainer(): Error {
    return new Error(`${this.spec.hostName} is a machine in QEMU: this needs a host in a container`);
  }

  /** Ends it, with its disk and memory left in the folder for `goOn`. */
  async save(folder: string): Promise<void> {
    const { disk, memory } = saved(folder);
    this.agent?.close();
    const monitor = await QemuSocket.connect(this.socket("monitor"), () => true);
    await monitor.ask("qmp_capabilities");
    await monitor.ask("migrate-set-parameters", { "max-bandwidth": 1e12 });
    await monitor.ask("migrate", { uri: `exec:cat >'${memory}'` });
    for (;;) {
      const { status } = await monitor.ask("query-migrate");
      if (status === "completed") break;
      if (status === "failed") throw new Error(`${this.spec.hostName}: its memory could not be saved`);
      await sleep(20);
    }
    monitor.close();
    await this.powerOff();
    await rename(this.disk, disk).catch(() => must(["mv", this.disk, disk]));
  }

  private get disk(): string {
    return join(this.spec.folder, "disk.qcow2");
  }

  /** Their paths may have 107 characters. */
  private socket(name: string): string {
    return `${this.spec.log.replace(/\.log$/, "")}.${name}`;
  }

  private devices(): string[] {
    return [
      ...hardware,
      ...["-kernel", this.image.kernel, "-append", kernelArguments],
      ...["-drive", `file=${this.disk},if=virtio,format=qcow2,cache=unsafe`],
      ...["-chardev", `file,id=console,path=${this.spec.log},append=on`, "-serial", "chardev:console"],
      ...["-chardev", `socket,id=agent,path=${this.socket("agent")},server=on,wait=off`],
      ...["-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"],
      ...["-qmp", `unix:${this.socket("monitor")},server=on,wait=off`],
    ];
  }

  /** Where the switch is, so that it ends with the lab. */
  private spawn(args: readonly string[], log: number): ChildProcess {
    const [program = "", ...rest] = this.spec.lanSwitch.argv(["qemu-system-x86_64", ...args]);
    const child = spawn(program, rest, { detached: true, stdio: ["ignore", log, log], env: labEnvironment() });
    child.on("error", () => {});
    child.unref(); // a detached lab outlives this process
    return child;
  }
}

async function makeDisk({ folder }: MachineSpec, format: string, base: string): Promise<void> {
  await must(["qemu-img", "create", "-q", "-f", "qcow2", "-F", format, "-b", base, join(folder, "disk.qcow2")]);
}

/** The kernel unpacks archives that follow each other as one. */
async function initrdWithFiles({ folder, files }: MachineSpec, initrd: string): Promise<string> {
  const root = await mkdtemp(join(folder, "initrd-"));
  for (const [path, content] of Object.entries(files)) await write(join(root, "host", path), content);
  const script = 'cd "$1" && { find . | cpio --quiet -o -H newc -R 0:0; cat "$2"; } >"$1.img"';
  await must(["sh", "-euc", script, "sh", root, initrd]);
  return `${root}.img`;
}

async function write(path: string, content: FileContent): Promise<void> {
  const { text, mode } = typeof content === "string" ? { text: content, mode: 0o644 } : content;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { mode });
}
