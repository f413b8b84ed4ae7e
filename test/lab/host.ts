import { randomBytes } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bootAnew } from "./bootAnew";
import { type CommandOptions, type CommandResult, describeFailure, must } from "./command";
import { Container } from "./container";
import { folders } from "./folders";
import { Guest, type GuestOptions } from "./guest";
import { authorizedKeys, hostFiles, netplanOf } from "./hostFiles";
import { type HostParts, isIpv6, specOf } from "./hostSpec";
import { image } from "./image";
import type { Lan } from "./lan";
import type { Machine, MachineSpec } from "./machine";
import type { FileContent } from "./overlay";
import type { Place } from "./place";
import { nicModel, Qemu, qemuVersion } from "./qemu";
import { qemuImage } from "./qemuImage";

/** A KVM host on the LAN: systemd, networkd, netplan, libvirtd and sshd of a Debian release. */
export class Host implements AsyncDisposable {
  /** Its address when it was last seen to be up: what an engine dials. */
  address = "";
  /** When it was last switched on again, by the clock of `performance.now()`. */
  switchedOn = 0;

  private constructor(
    private readonly parts: HostParts,
    private readonly machine: Machine,
    /** As in its /etc/ssh/ssh_host_ed25519_key.pub, without the comment. */
    readonly hostKey: string,
  ) {}

  static async start(parts: HostParts): Promise<Host> {
    const { kind } = parts.options;
    // A lease is of a LAN that is gone.
    if (kind === "qemu" && !/dhcp[46]: *(true|yes|on)/.test(netplanOf(parts.options))) return Host.goOn(parts);
    if (kind === "qemu") return (await Host.bootEmulated(parts)).host;
    return (await Host.bootFirst<Machine>(parts, Container.create)).host;
  }

  private static bootEmulated(parts: HostParts): Promise<{ host: Host; machine: Qemu }> {
    const { log, hostName } = specOf(parts, {});
    return bootAnew(() => Host.bootFirst(parts, Qemu.create), { log, hostName });
  }

  private static async bootFirst<M extends Machine>(
    parts: HostParts,
    create: (spec: MachineSpec) => Promise<M>,
  ): Promise<{ host: Host; machine: M }> {
    const { lan, options } = parts;
    const keyPath = join(folders.run(lan.id), `${options.name}.host-key`);
    // A host that went before may have had the name.
    await rm(keyPath, { force: true });
    await must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", options.name, "-f", keyPath]);
    const hostKey = { private: await readFile(keyPath, "utf8"), public: await readFile(`${keyPath}.pub`, "utf8") };
    const identity = { machineId: randomBytes(16).toString("hex"), authorizedKey: lan.publicKey, hostKey };
    const machine = await create(specOf(parts, hostFiles(options, identity)));
    const host = new Host(parts, machine, hostKey.public.split(" ").slice(0, 2).join(" "));
    try {
      await host.boot();
    } catch (error) {
      await host[Symbol.asyncDispose]();
      throw error;
    }
    return { host, machine };
  }

  /** In seconds, from the memory of one that has booted once with the same configuration. */
  private static async goOn(parts: HostParts): Promise<Host> {
    const { lan, options } = parts;
    const { release = "bookworm" } = options;
    const { disk } = await qemuImage(release);
    const nobody = { machineId: "", authorizedKey: "", hostKey: { private: "", public: "" } };
    const recipe = { disk, version: await qemuVersion(), nicModel, files: hostFiles(options, nobody) };
    const { folder } = await image(`booted-${release}`, recipe, async (target) => {
      const { host, machine } = await Host.bootEmulated(parts);
      await using _ = host;
      await machine.save(target);
      await writeFile(join(target, "host-key"), host.hostKey);
    });
    const machine = await Qemu.goOn(specOf(parts, {}), folder);
    const host = new Host(parts, machine, await readFile(join(folder, "host-key"), "utf8"));
    try {
      await machine.powerOn();
      await host.must(["date", "--set", `@${(Date.now() / 1000).toFixed(3)}`]);
      // RNDRESEEDCRNG of random(4): else each that goes on from the same memory draws the same numbers for a while.
      const reseed = "open F, '>', '/dev/urandom' or die; syswrite F, shift or die; ioctl F, 0x5207, 0 or die";
      await host.must(["perl", "-e", reseed, randomBytes(32).toString("hex")]);
      for (const [path, content] of Object.entries(authorizedKeys(lan.publicKey))) await host.writeFile(path, content);
      await host.waitUntilUp();
    } catch (error) {
      await host[Symbol.asyncDispose]();
      throw error;
    }
    return host;
  }

  get name(): string {
    return this.parts.options.name;
  }

  /** Its network, as `ip netns` names it; only of a host in a container. */
  get namespace(): string {
    return this.machine.namespace;
  }

  get sshKeyPath(): string {
    return this.parts.lan.sshKeyPath;
  }

  get privateKey(): string {
    return this.parts.lan.privateKey;
  }

  get lan(): Lan {
    return this.parts.lan;
  }

  /** A known_hosts file with this host in it, by its address and its names. */
  knownHosts(): string {
    return `${[this.address, this.name, `${this.name}.lab.test`].join(",")} ${this.hostKey}\n`;
  }

  /** Root on the host without SSH and past its network. */
  exec(argv: readonly string[], options?: CommandOptions): Promise<CommandResult> {
    return this.machine.exec(argv, options);
  }

  async must(argv: readonly string[], options?: CommandOptions): Promise<string> {
    const result = await this.exec(argv, options);
    if (result.code !== 0) {
      throw new Error(`${this.name}: ${describeFailure({ ...result, argv })}`);
    }
    return result.stdout;
  }

  /** A file of a running container as this machine sees it; no link on the way to it may be absolute. */
  pathOf(path: string): string {
    return this.machine.pathOf(path);
  }

  /** What it has said on its console, since the lab has it. */
  console(): Promise<string> {
    return readFile(specOf(this.parts, {}).log, "utf8");
  }

  readFile(path: string): Promise<string> {
    return this.must(["cat", path]);
  }

  async writeFile(path: string, content: FileContent): Promise<void> {
    const { text, mode } = typeof content === "string" ? { text: content, mode: 0o644 } : content;
    const script = 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"';
    await this.must(["sh", "-c", script, "sh", path, mode.toString(8)], { input: text });
  }

  /** Links with their IPv4 addresses, as `ip -br` prints them, less the number of a veth's other end. */
  async addresses(): Promise<string> {
    return (await this.must(["ip", "-br", "-4", "address"])).replaceAll(/@if\d+/g, "");
  }

  /** A command over SSH, host key checked, from the LAN or from another place. */
  async ssh(argv: readonly string[], options: CommandOptions & { user?: string; from?: Place } = {}) {
    const { user = "root", from = this.lan.engine, ...rest } = options;
    const knownHosts = `KnownHostsCommand=/bin/echo ${this.address} ${this.hostKey}`;
    const set = ["UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=yes", "BatchMode=yes", "ConnectTimeout=5"];
    const config = [knownHosts, ...set].flatMap((option) => ["-o", option]);
    return from.run(
      ["ssh", "-F", "/dev/null", ...config, "-i", this.sshKeyPath, `${user}@${this.address}`, ...argv],
      rest,
    );
  }

  /** Defines a virtual machine, and starts it unless told not to. */
  startGuest(options: GuestOptions): Promise<Guest> {
    return Guest.start(this, options);
  }

  /** Frames between the host and the LAN are lost from now on, though the NIC keeps its carrier. */
  async isolate(): Promise<void> {
    await Promise.all(this.machine.ports.map((port) => port.setForwarding(false)));
  }

  async rejoin(): Promise<void> {
    await Promise.all(this.machine.ports.map((port) => port.setForwarding(true)));
  }

  /** The cable of its first NIC out, and in again. */
  async setCarrier(up: boolean): Promise<void> {
    await this.machine.ports[0]?.setCarrier(up);
  }

  /** The switch's port security: of what its first NIC sends, only frames from its own MAC address go on. */
  async filterForeignMacs(on: boolean): Promise<void> {
    const [nic] = specOf(this.parts, {}).nics;
    await this.machine.ports[0]?.allowOnly(on ? nic?.macAddress : undefined);
  }

  /** Off in order and on again, or, with `hard`, by pulling the plug. Its guests end; its disk stays. */
  async reboot({ hard = false } = {}): Promise<void> {
    if (!hard) {
      await this.exec(["systemctl", "--no-block", "poweroff"], { timeout: 10_000 });
      for (const deadline = Date.now() + 45_000; await this.machine.isOn(); await sleep(100)) {
        if (Date.now() < deadline) continue;
        const { stdout } = await this.exec(["systemctl", "list-jobs", "--no-pager"], { timeout: 5000 });
        throw new Error(`${this.name} does not power off:\n${stdout}`);
      }
    }
    await this.powerOff();
    await this.boot();
  }

  /** The plug pulled: what is on its disk stays, its NICs leave the switch. */
  /** Waits until it has shut itself down to restart, and does what its firmware would. */
  async restartsItself(limit = 60_000): Promise<void> {
    for (const deadline = Date.now() + limit; await this.machine.isOn(); await sleep(100))
      if (Date.now() > deadline) throw new Error(`${this.name} does not restart`);
    await this.powerOff();
    await this.boot();
  }

  async powerOff(): Promise<void> {
    await this.machine.powerOff();
  }

  async boot(): Promise<void> {
    this.switchedOn = performance.now();
    await this.machine.powerOn();
    await this.waitUntilUp();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.powerOff();
    await must(["rm", "-rf", "--one-file-system", join(folders.scratch(this.lan.id), this.name)]);
  }

  /** Up is: systemd has started everything, and there is an address to dial. */
  private async waitUntilUp(): Promise<void> {
    const router = isIpv6(this.parts.options) ? "2001:db8:0:1::1" : "192.0.2.1";
    const script = `systemctl is-system-running; ip route get ${router}; ss -ltnH 'sport = :22'`;
    let last = "";
    for (const deadline = Date.now() + 120_000; Date.now() < deadline; await sleep(50)) {
      const { stdout, stderr } = await this.exec(["sh", "-c", script], { timeout: 10_000 });
      last = stdout + stderr;
      const address = /^(?:192\.0\.2\.1|2001:db8:0:1::1)(?: from ::)? dev .* src ((?!fe80:|::1 )\S+)/m.exec(
        stdout,
      )?.[1];
      if (/^(running|degraded)$/m.test(stdout) && address && stdout.includes("LISTEN")) {
        this.address = address;
        return;
      }
    }
    const { stdout } = await this.exec(["sh", "-c", "systemctl --failed; systemctl list-jobs; ip address"]);
    throw new Error(`${this.name} did not come up:\n${last}\n${stdout}`);
  }
}
