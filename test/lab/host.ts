import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CommandOptions, type CommandResult, describeFailure, must } from "./command";
import { Container } from "./container";
import { folders } from "./folders";
import { Guest, type GuestOptions } from "./guest";
import { hostFiles } from "./hostFiles";
import { hostImage, type Release } from "./hostImage";
import type { Lan } from "./lan";
import { Namespace } from "./namespace";
import { type FileContent, Overlay } from "./overlay";
import type { Place } from "./place";
import type { Switch, SwitchPort } from "./switch";

export interface HostOptions {
  name: string;
  release?: Release;
  /** How the installer configured its NIC; "dhcp" by default. */
  addressing?: "dhcp" | { address: string; gateway?: string; nameservers?: string[] };
  /** The whole text of /etc/netplan/01-netcfg.yaml, instead of `addressing`. */
  netplan?: string;
  nicName?: string;
  /** Further NICs, plugged into the same switch and not configured. */
  extraNics?: string[];
  /** Further files, there before the host boots. */
  files?: Record<string, FileContent>;
}

interface HostParts {
  lan: Lan;
  lanSwitch: Switch;
  options: HostOptions;
}

/** A KVM host on the LAN: systemd, networkd, netplan, libvirtd and sshd of a Debian release. */
export class Host implements AsyncDisposable {
  /** Its address when it was last seen to be up: what an engine dials. */
  address = "";
  private container: Container | undefined;
  private ports: SwitchPort[] = [];

  private constructor(
    private readonly parts: HostParts,
    private readonly overlay: Overlay,
    /** As in its /etc/ssh/ssh_host_ed25519_key.pub, without the comment. */
    readonly hostKey: string,
  ) {}

  static async start(parts: HostParts): Promise<Host> {
    const { lan, options } = parts;
    const image = await hostImage(options.release ?? "bookworm");
    const overlay = await Overlay.create(image, join(folders.scratch(lan.id), options.name));
    const keyPath = join(folders.run(lan.id), `${options.name}.host-key`);
    // A host that went before may have had the name.
    await rm(keyPath, { force: true });
    await must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", options.name, "-f", keyPath]);
    const [privateKey, publicKey] = [await readFile(keyPath, "utf8"), await readFile(`${keyPath}.pub`, "utf8")];
    const keys = { authorized: lan.publicKey, host: { private: privateKey, public: publicKey } };
    for (const [path, content] of Object.entries(hostFiles(options, keys))) {
      await overlay.write(path, content);
    }
    const host = new Host(parts, overlay, publicKey.split(" ").slice(0, 2).join(" "));
    try {
      await host.boot();
    } catch (error) {
      await host[Symbol.asyncDispose]();
      throw error;
    }
    return host;
  }

  get name(): string {
    return this.parts.options.name;
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

  /** Process 1 of the host, as this machine numbers it; /proc/<leader>/root is its root folder. */
  get leader(): number {
    if (!this.container) {
      throw new Error(`${this.name} is off`);
    }
    return this.container.leader;
  }

  private get namespace(): string {
    return `kvmnet-${this.parts.lan.id}-host-${this.name}`;
  }

  /** A known_hosts file with this host in it, by its address and its names. */
  knownHosts(): string {
    return `${[this.address, this.name, `${this.name}.lab.test`].join(",")} ${this.hostKey}\n`;
  }

  /** Root on the host without SSH and past its network. */
  exec(argv: readonly string[], options?: CommandOptions): Promise<CommandResult> {
    return this.running().exec(argv, options);
  }

  async must(argv: readonly string[], options?: CommandOptions): Promise<string> {
    const result = await this.exec(argv, options);
    if (result.code !== 0) {
      throw new Error(`${this.name}: ${describeFailure({ ...result, argv })}`);
    }
    return result.stdout;
  }

  /** A file of the running host as this machine sees it; no link on the way to it may be absolute. */
  pathOf(path: string): string {
    return `/proc/${this.leader}/root${path}`;
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
    await Promise.all(this.ports.map((port) => port.setForwarding(false)));
  }

  async rejoin(): Promise<void> {
    await Promise.all(this.ports.map((port) => port.setForwarding(true)));
  }

  /** Off in order and on again, or, with `hard`, by pulling the plug. Its guests end; its disk stays. */
  async reboot({ hard = false } = {}): Promise<void> {
    if (!hard) {
      await this.exec(["systemctl", "--no-block", "poweroff"], { timeout: 10_000 });
      for (const deadline = Date.now() + 45_000; await this.isRunning(); await sleep(100)) {
        if (Date.now() < deadline) continue;
        const { stdout } = await this.exec(["systemctl", "list-jobs", "--no-pager"], { timeout: 5000 });
        throw new Error(`${this.name} does not power off:\n${stdout}`);
      }
    }
    await this.powerOff();
    await this.boot();
  }

  /** The plug pulled: what is on its disk stays, its NICs leave the switch. */
  async powerOff(): Promise<void> {
    await Namespace.remove(this.namespace);
    await Promise.all(this.ports.map((port) => port.unplug()));
    this.ports = [];
    this.container = undefined;
  }

  async boot(): Promise<void> {
    const { lan, lanSwitch, options } = this.parts;
    await Namespace.create(this.namespace);
    for (const name of [options.nicName ?? "enp1s0", ...(options.extraNics ?? [])]) {
      const nic = { namespace: this.namespace, name, macAddress: macAddress(this.name, name) };
      this.ports.push(await lanSwitch.plug(nic));
    }
    this.container = await Container.boot({
      namespace: this.namespace,
      hostName: this.name,
      overlay: this.overlay,
      controlGroup: `kvmnet-${lan.id}/${this.name}`,
      log: join(folders.run(lan.id), `${this.name}.log`),
    });
    await this.waitUntilUp();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.powerOff();
    await must(["rm", "-rf", "--one-file-system", join(folders.scratch(this.lan.id), this.name)]);
  }

  private running(): Container {
    if (!this.container) {
      throw new Error(`${this.name} is off`);
    }
    return this.container;
  }

  private async isRunning(): Promise<boolean> {
    return (await this.exec(["true"], { timeout: 5000 })).code === 0;
  }

  /** Up is: systemd has started everything, and there is an address to dial. */
  private async waitUntilUp(): Promise<void> {
    const script = "systemctl is-system-running; ip -4 route get 192.0.2.1; ss -ltnH 'sport = :22'";
    let last = "";
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(50)) {
      const { stdout, stderr } = await this.exec(["sh", "-c", script], { timeout: 10_000 });
      last = stdout + stderr;
      const address = /^192\.0\.2\.1 dev .* src (\S+)/m.exec(stdout)?.[1];
      if (/^(running|degraded)$/m.test(stdout) && address && stdout.includes("LISTEN")) {
        this.address = address;
        return;
      }
    }
    const { stdout } = await this.exec(["sh", "-c", "systemctl --failed; systemctl list-jobs; ip address"]);
    throw new Error(`${this.name} did not come up:\n${last}\n${stdout}`);
  }
}

/** Locally administered, and the same for the same name: what a lab shows can be compared with the last one. */
function macAddress(host: string, nic: string): string {
  const hash = createHash("sha256").update(`${host}/${nic}`).digest();
  return ["02", ...[...hash.subarray(0, 5)].map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
}
