import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CommandResult, describeFailure } from "./command";
import { guestAgent } from "./guestAgent";
import { guestImage } from "./guestImage";
import type { Host } from "./host";

export interface GuestOptions {
  name: string;
  /** None by default: to put one in is what kvmnet is for. */
  nic?: { bridge: string; macAddress?: string } | { network: string; macAddress?: string };
  /** Only defined when false. */
  running?: boolean;
  memoryMiB?: number;
}

const folder = "/var/lib/kvmnet-lab";

/** A virtual machine in a host's libvirtd: Debian's cloud kernel and busybox. QEMU runs it without KVM. */
export class Guest implements AsyncDisposable {
  private constructor(
    readonly host: Host,
    readonly name: string,
  ) {}

  static async start(host: Host, options: GuestOptions): Promise<Guest> {
    const { kernel, initrd } = await guestImage();
    const prepare = 'mkdir -p "$1" && chown libvirt-qemu "$1"';
    await host.must(["sh", "-c", prepare, "sh", folder]);
    await copyFile(kernel, host.pathOf(`${folder}/vmlinuz`));
    await copyFile(initrd, host.pathOf(`${folder}/initrd`));
    const xml = `${folder}/${options.name}.xml`;
    await host.writeFile(xml, domainXml(options, host.lan.publicKey));
    await host.must(["virsh", "define", xml]);
    const guest = new Guest(host, options.name);
    if (options.running ?? true) {
      await guest.boot();
    }
    return guest;
  }

  /** Starts it and waits until it runs commands. */
  async boot(): Promise<void> {
    await this.host.must(["virsh", "start", this.name]);
    for (const deadline = Date.now() + 90_000; Date.now() < deadline; await sleep(200)) {
      const result = await this.run(["true"], { timeout: 1000 }).catch(() => undefined);
      if (result?.code === 0) {
        return;
      }
    }
    throw new Error(`${this.name} did not boot:\n${await this.console()}`);
  }

  /** A command in the guest, over a serial port: works without a NIC. */
  async run(argv: readonly string[], { timeout = 30_000 } = {}): Promise<CommandResult> {
    const command = argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    return { argv, ...(await guestAgent(this.host.pathOf(`${folder}/${this.name}.agent`), command, timeout)) };
  }

  async must(argv: readonly string[], options?: { timeout?: number }): Promise<string> {
    const result = await this.run(argv, options);
    if (result.code !== 0) {
      throw new Error(`${this.name}: ${describeFailure(result)}`);
    }
    return result.stdout;
  }

  /** Seconds since it booted: what goes down when a guest was restarted. */
  async uptime(): Promise<number> {
    return Number((await this.must(["cat", "/proc/uptime"])).split(" ")[0]);
  }

  /** The IPv4 addresses that it has, without prefixes. */
  async addresses(): Promise<string[]> {
    const text = await this.must(["ip", "-4", "-o", "address"]);
    return [...text.matchAll(/ inet (\S+)\/\d+/g)].map(([, address]) => address ?? "").filter((a) => a !== "127.0.0.1");
  }

  async waitForAddress(timeout = 60_000): Promise<string> {
    for (const deadline = Date.now() + timeout; Date.now() < deadline; await sleep(200)) {
      const [address] = await this.addresses();
      if (address) {
        return address;
      }
    }
    throw new Error(`${this.name} got no address:\n${await this.console()}`);
  }

  /** What it has said on its first serial port. */
  console(): Promise<string> {
    return this.host.readFile(`${folder}/${this.name}.log`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host.exec(["virsh", "destroy", this.name]);
    await this.host.exec(["virsh", "undefine", this.name]);
  }
}

function domainXml({ name, nic, memoryMiB = 128 }: GuestOptions, publicKey: string): string {
  const key = publicKey.split(" ").slice(0, 2).join(",");
  const kernel = "console=ttyS0 quiet panic=-1 nokaslr mitigations=off no_timer_check random.trust_cpu=on";
  return `
<domain type='qemu'>
  <name>${name}</name>
  <memory unit='MiB'>${memoryMiB}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>${join(folder, "vmlinuz")}</kernel>
    <initrd>${join(folder, "initrd")}</initrd>
    <cmdline>${kernel} kvmnet.name=${name} kvmnet.key=${key}</cmdline>
  </os>
  <features><acpi/></features>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    ${nic ? interfaceXml(nic) : ""}
    <serial type='file'><source path='${folder}/${name}.log'/><target port='0'/></serial>
    <serial type='unix'><source mode='bind' path='${folder}/${name}.agent'/><target port='1'/></serial>
    <memballoon model='none'/>
  </devices>
</domain>
`;
}

function interfaceXml(nic: NonNullable<GuestOptions["nic"]>): string {
  const mac = nic.macAddress ? `<mac address='${nic.macAddress}'/>` : "";
  const [type, source] = "bridge" in nic ? ["bridge", nic.bridge] : ["network", nic.network];
  return `<interface type='${type}'>${mac}<source ${type}='${source}'/><model type='virtio'/></interface>`;
}
