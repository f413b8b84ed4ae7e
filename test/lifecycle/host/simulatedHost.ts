import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection as Client, ServerChannel } from "ssh2";
import { type CommandResult, describeFailure } from "../../lab/command";
import { SshServer } from "../../unit/support/sshServer";
import { Libvirt } from "./libvirt";
import { Networkd } from "./networkd";
import { Sandbox } from "./sandbox";
import { Systemd } from "./systemd";
import { type Tool, Tools } from "./tools";

const tool = readFileSync(join(__dirname, "tool.pl"), "utf8");

const toolNames = [
  ...(["systemctl", "systemd-run", "journalctl", "networkctl", "netplan", "resolvectl", "virsh", "ping"] as const),
];

const staticNetplan = `network:
  version: 2
  ethernets:
    enp1s0:
      addresses: [192.0.2.100/24]
      routes:
        - to: default
          via: 192.0.2.1
`;

/** What becomes of a command before it runs; undefined: it runs. */
export type CommandFault = (command: string, channel: ServerChannel, client: Client) => "handled" | undefined;

export interface SimulatedHostOptions {
  /** The whole text of /etc/netplan/01-netcfg.yaml; default: 192.0.2.100/24 and a gateway on enp1s0. */
  readonly netplan?: string;
  /** Default: enp1s0 alone. */
  readonly nics?: readonly string[];
}

/**
 * A KVM host that boots in a fraction of a second: kvmnet's scripts run for real, on a network and files of their own.
 * systemd, netplan, networkd, libvirt and ping are this process's, so each can fail as a test says.
 */
export class SimulatedHost implements AsyncDisposable {
  /** Those on the LAN that answer a ping. */
  readonly answering = new Set(["192.0.2.1"]);
  /** Set, it sees each command that comes in over SSH first. */
  onCommand: CommandFault | undefined;
  readonly systemd: Systemd;
  readonly networkd: Networkd;
  readonly libvirt: Libvirt;
  #tools: Tools | undefined;
  #ssh: SshServer | undefined;
  #off = false;

  private constructor(
    readonly name: string,
    private readonly sandbox: Sandbox,
    private readonly netplan: string,
  ) {
    this.networkd = new Networkd(sandbox);
    this.systemd = new Systemd(sandbox, { "systemd-networkd.service": () => this.networkd.reload() });
    this.libvirt = new Libvirt(sandbox);
  }

  static async start(name = "kvm1", { netplan = staticNetplan, nics = ["enp1s0"] }: SimulatedHostOptions = {}) {
    const sandbox = await Sandbox.start({
      "etc/hostname": `${name}\n`,
      "etc/machine-id": `${createHash("sha256").update(name).digest("hex").slice(0, 32)}\n`,
      "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
      "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n",
      "etc/group": "root:x:0:\nkvm:x:104:\n",
      "etc/nsswitch.conf": "passwd: files\ngroup: files\n",
      "etc/netplan/01-netcfg.yaml": netplan,
      ...Object.fromEntries(toolNames.map((one) => [`simulated/bin/${one}`, tool])),
    });
    const host = new SimulatedHost(name, sandbox, netplan);
    try {
      await host.boot(nics);
    } catch (error) {
      await host[Symbol.asyncDispose]();
      throw error;
    }
    return host;
  }

  /** Its tools: what was asked of them, and what they fail at. */
  get tools(): Tools {
    if (!this.#tools) throw new Error(`${this.name} has not booted`);
    return this.#tools;
  }

  /** The properties of a resource's `connection`. */
  get connection(): SshServer["connection"] {
    return this.ssh.connection;
  }

  /** Its SSH server, until it is turned off. */
  get ssh(): SshServer {
    if (!this.#ssh) throw new Error(`${this.name} has not booted`);
    return this.#ssh;
  }

  /** Root on it, past SSH. */
  exec(argv: readonly string[]): Promise<CommandResult> {
    return this.sandbox.run(argv);
  }

  async must(argv: readonly string[]): Promise<string> {
    const result = await this.exec(argv);
    if (result.code !== 0) throw new Error(`${this.name}: ${describeFailure(result)}`);
    return result.stdout;
  }

  has(path: string): boolean {
    return existsSync(this.sandbox.pathOf(path));
  }

  readFile(path: string): string {
    return readFileSync(this.sandbox.pathOf(path), "utf8");
  }

  writeFile(path: string, text: string): void {
    writeFileSync(this.sandbox.pathOf(path), text);
  }

  /** As if somebody had put a plain Debian onto it: nothing of kvmnet's is there any more, nor are VMs. */
  async reinstall(): Promise<void> {
    this.libvirt.networks.length = 0;
    this.libvirt.domains.length = 0;
    const script = `rm -rf /var/lib/kvmnet /etc/netplan/80-* /run/systemd/network /etc/systemd/system /etc/udev
      for link in /sys/class/net/*; do [ ! -e "$link/bridge" ] && [ ! -e "$link/tun_flags" ] || ip link delete dev "\${link##*/}"; done`;
    await this.must(["sh", "-c", script]);
    this.writeFile("/etc/netplan/01-netcfg.yaml", this.netplan);
    this.networkd.netplan(["generate"]);
    await this.networkd.reload();
  }

  /** Nobody can dial it, and whoever is in is thrown out; it goes on by itself, as behind a cable that is out. */
  async turnOff(): Promise<void> {
    if (!this.#off) await this.#ssh?.[Symbol.asyncDispose]();
    this.#off = true;
  }

  async turnOn(): Promise<void> {
    await this.listen(this.connection.port);
    this.#off = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.systemd.end();
    await this.turnOff();
    await this.sandbox[Symbol.asyncDispose]();
    await this.#tools?.[Symbol.asyncDispose]();
  }

  /** NICs, each with a cable to the LAN, where the gateway is on the first one; then what netplan's files say. */
  private async boot(nics: readonly string[]): Promise<void> {
    const cables = nics.map(
      (nic, index) =>
        `link add ${nic} address 02:00:00:00:00:0${index + 1} type veth peer name ${nic}-lan netns lan\nlink set dev ${nic} up\n`,
    );
    const script = `set -e; mkdir -p /run/netns; ip netns add lan; ip -batch -; for nic; do ip -n lan link set dev "$nic-lan" up; done; ip -n lan address add 192.0.2.1/24 dev "$1-lan"`;
    const { code, stderr } = await this.sandbox.run(["sh", "-c", script, "sh", ...nics], { input: cables.join("") });
    if (code !== 0) throw new Error(`the NICs of ${this.name}: ${stderr}`);
    this.#tools = await Tools.listen(this.sandbox.pathOf("/simulated/tools.sock"), {
      systemctl: (args) => this.systemd.systemctl(args),
      "systemd-run": (args) => this.systemd.systemdRun(args),
      journalctl: () => "",
      networkctl: () => this.networkd.reload(),
      netplan: (args) => this.networkd.netplan(args),
      resolvectl: () => "",
      virsh: (args, input) => this.libvirt.virsh(args, input),
      ping: (args) => ({ code: this.answering.has((args.at(-1) ?? "").split("%")[0] ?? "") ? 0 : 1 }),
    } satisfies Record<(typeof toolNames)[number], Tool>);
    this.networkd.netplan(["generate"]);
    await this.networkd.reload();
    await this.listen();
  }

  private async listen(port = 0): Promise<void> {
    this.#ssh = await SshServer.start({
      port,
      onExec: (channel, client, command) => this.#serve(channel, client, command),
    });
  }

  #serve(channel: ServerChannel, client: Client, command: string): void {
    if (this.onCommand?.(command, channel, client) === "handled") return;
    const child = this.sandbox.spawn(["sh", "-c", command], {
      SSH_CONNECTION: "192.0.2.10 40000 192.0.2.100 22",
    });
    child.on("error", () => channel.close());
    child.stdin?.on("error", () => {});
    channel.pipe(child.stdin as NodeJS.WritableStream);
    // A command may end before the client has closed its input: unless that is read to its end, the session stays open.
    child.on("exit", () => channel.unpipe().resume());
    child.stdout?.pipe(channel, { end: false });
    child.stderr?.pipe(channel.stderr, { end: false });
    // As with a real one: what runs is not ended, but has nobody to talk to any more.
    channel.on("close", () => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    });
    child.on("close", (code) => {
      channel.exit(code ?? 1);
      channel.end();
    });
  }
}
