import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "./command";
import { Dhcp } from "./dhcp";
import { ensurePackages } from "./ensurePackages";
import { folders } from "./folders";
import { Host } from "./host";
import type { HostOptions } from "./hostSpec";
import { labRegistry } from "./labRegistry";
import { Namespace } from "./namespace";
import { PingCounter, type PingCounterOptions } from "./pingCounter";
import type { Place } from "./place";
import { StandIn, type StandInOptions, type TaggedStandInOptions } from "./standIn";
import { Switch } from "./switch";

export interface LanOptions {
  /**
   * Also 2001:db8:0:1::/64 with router advertisements, by which hosts make addresses; "dhcp": they say to ask for
   * addresses (::1000 to ::1fff) by DHCPv6.
   */
  ipv6?: "slaac" | "dhcp";
  /** How long DHCP's addresses are lent, as dnsmasq has it; "1h" by default, "2m" at least. */
  lease?: string;
  /** The MTU that DHCP gives hosts beside an address; none if not said. */
  mtu?: number;
  /** The lab stays when this process ends: until `labRegistry.remove(lan.id)`. */
  detached?: boolean;
}

/**
 * A home network in network namespaces:
 *
 *   engine 192.0.2.10 ─┐            ┌─ router 192.0.2.1 (DHCP .150 to .199, DNS) ─ 198.51.100.1 ─ engineFar 198.51.100.10
 *   hosts, their VMs ──┴── switch ──┘
 *
 * Nothing is plugged into the machine's own network: what is sent in here stays in here.
 */
export class Lan implements AsyncDisposable {
  private constructor(
    readonly id: string,
    /** A workstation on the LAN. */
    readonly engine: Place,
    /** A workstation behind the router: it sees a wrong gateway, which one on the LAN does not. */
    readonly engineFar: Place,
    readonly router: Place,
    readonly dhcp: Dhcp,
    /** The key pair that root and every user of every host and guest takes. */
    readonly sshKeyPath: string,
    readonly privateKey: string,
    readonly publicKey: string,
    private readonly lanSwitch: Switch,
  ) {}

  static async start(options: LanOptions = {}): Promise<Lan> {
    await ensurePackages();
    await labRegistry.sweep();
    const id = await labRegistry.register(options.detached ?? false);
    try {
      return await Lan.build(id, options);
    } catch (error) {
      await labRegistry.remove(id);
      throw error;
    }
  }

  private static async build(id: string, { ipv6, lease, mtu }: LanOptions): Promise<Lan> {
    await mkdir(folders.scratch(id), { recursive: true, mode: 0o755 });
    const prefix = `kvmnet-${id}-`;
    const lanSwitch = await Switch.create(`${prefix}switch`);
    const router = await Namespace.create(`${prefix}router`);
    const engine = await Namespace.create(`${prefix}engine`, "192.0.2.1");
    const far = await Namespace.create(`${prefix}far`, "192.0.2.1");
    for (const { name } of [router, engine]) {
      await lanSwitch.plug({ namespace: name, name: "lan0" });
    }
    const peer = ["type", "veth", "peer", "name", "far0", "netns", router.name];
    await must(["ip", "link", "add", "name", "far0", "netns", far.name, ...peer]);
    await addAddresses(router, "lan0", "192.0.2.1/24", ...(ipv6 ? ["2001:db8:0:1::1/64"] : []));
    await addAddresses(router, "far0", "198.51.100.1/24");
    await addAddresses(engine, "lan0", "192.0.2.10/24", ...(ipv6 ? ["2001:db8:0:1::10/64"] : []));
    await addAddresses(far, "far0", "198.51.100.10/24");
    await engine.must(["ip", "route", "add", "default", "via", "192.0.2.1"]);
    await far.must(["ip", "route", "add", "default", "via", "198.51.100.1"]);
    // A neighbour that advertises and does not forward says that it is no router, and its routes go (RFC 4861, 7.2.5).
    await router.must(["sysctl", "-q", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"]);
    const dhcp = await Dhcp.start(router, folders.run(id), { ipv6, lease, mtu });

    const sshKeyPath = join(folders.run(id), "id_ed25519");
    await must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", `kvmnet-lab-${id}`, "-f", sshKeyPath]);
    return new Lan(
      id,
      Object.assign(engine, { address: "192.0.2.10" }),
      Object.assign(far, { address: "198.51.100.10" }),
      Object.assign(router, { address: "192.0.2.1" }),
      dhcp,
      sshKeyPath,
      await readFile(sshKeyPath, "utf8"),
      (await readFile(`${sshKeyPath}.pub`, "utf8")).trim(),
      lanSwitch,
    );
  }

  startHost(options: HostOptions): Promise<Host> {
    return Host.start({ lan: this, lanSwitch: this.lanSwitch, options });
  }

  /** Pings an address at a steady rate until it is stopped: how long was it away, as its users see it? */
  pingCounter(address: string, options: PingCounterOptions = {}): Promise<PingCounter> {
    return PingCounter.start(options.from ?? this.engine, address, options);
  }

  /** Another machine on the LAN, for example a gateway that is none. */
  standIn(options: StandInOptions): Promise<StandIn> {
    return StandIn.start(`kvmnet-${this.id}-`, this.lanSwitch, options);
  }

  /** A machine in a VLAN on the LAN. */
  taggedStandIn(options: TaggedStandInOptions): Promise<StandIn> {
    return StandIn.startTagged(`kvmnet-${this.id}-`, this.lanSwitch, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await labRegistry.remove(this.id);
  }
}

async function addAddresses(namespace: Namespace, nic: string, ...addresses: string[]): Promise<void> {
  for (const address of addresses) {
    await namespace.must(["ip", "address", "add", address, "dev", nic, "nodad"]);
  }
  await namespace.must(["ip", "link", "set", "dev", nic, "up"]);
}
