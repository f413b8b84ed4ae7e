import { Namespace } from "./namespace";

/** The LAN's switch: a bridge in a namespace of its own, with a port for each NIC plugged in. */
export class Switch {
  private ports = 0;

  private constructor(private readonly namespace: Namespace) {}

  static async create(name: string): Promise<Switch> {
    const namespace = await Namespace.create(name);
    const options = ["stp_state", "0", "forward_delay", "0", "mcast_snooping", "0"];
    await namespace.must(["ip", "link", "add", "name", "lan", "type", "bridge", ...options]);
    await namespace.must(["ip", "link", "set", "dev", "lan", "up"]);
    return new Switch(namespace);
  }

  /** Plugs a new NIC of that name in the other namespace in; what configures the NIC there sets it up. */
  async plug(nic: { namespace: string; name: string; macAddress?: string }): Promise<SwitchPort> {
    const port = `port${this.ports++}`;
    const address = nic.macAddress ? ["address", nic.macAddress] : [];
    const here = ["netns", this.namespace.name];
    const there = ["name", nic.name, ...address, "netns", nic.namespace];
    await this.namespace.must(["ip", "link", "add", ...there, "type", "veth", "peer", "name", port, ...here]);
    await this.namespace.must(["ip", "link", "set", "dev", port, "master", "lan", "up"]);
    return new SwitchPort(this.namespace, port);
  }

  /** Plugs a TAP in, for a QEMU that runs where the switch is; the port's name is the TAP's. */
  async plugTap(): Promise<SwitchPort> {
    const port = `port${this.ports++}`;
    await this.namespace.must(["ip", "tuntap", "add", "dev", port, "mode", "tap"]);
    await this.namespace.must(["ip", "link", "set", "dev", port, "master", "lan", "up"]);
    return new SwitchPort(this.namespace, port);
  }

  /** A command where the switch is. */
  argv(argv: readonly string[]): string[] {
    return this.namespace.argv(argv);
  }
}

export class SwitchPort {
  constructor(
    private readonly namespace: Namespace,
    readonly name: string,
  ) {}

  /** The cable out (the NIC loses its carrier) and in again. */
  async setCarrier(up: boolean): Promise<void> {
    await this.namespace.must(["ip", "link", "set", "dev", this.name, up ? "up" : "down"]);
  }

  /** Frames stop or go again while the NIC sees its carrier all the time: a fault somewhere else on the LAN. */
  async setForwarding(on: boolean): Promise<void> {
    await this.namespace.must(["bridge", "link", "set", "dev", this.name, "state", on ? "3" : "0"]);
  }

  /** Port security: frames from any other MAC address are dropped; undefined: from none. */
  async allowOnly(macAddress: string | undefined): Promise<void> {
    const table = `security-${this.name}`;
    const rule = `iifname "${this.name}" ether saddr != ${macAddress} drop;`;
    const input = macAddress
      ? `table bridge ${table} { chain in { type filter hook prerouting priority 0; ${rule} }; }`
      : `delete table bridge ${table}`;
    await this.namespace.must(["nft", "-f", "-"], { input });
  }

  async unplug(): Promise<void> {
    await this.namespace.run(["ip", "link", "del", "dev", this.name]);
  }
}
