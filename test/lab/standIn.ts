import { resolve } from "node:path";
import { Namespace } from "./namespace";
import type { Switch } from "./switch";

export interface StandInOptions {
  /** Its address on the LAN, without a prefix. */
  address: string;
  /** "arp-only": it is there, and drops everything. "ping": it answers pings too. It never forwards anything. */
  answers: "arp-only" | "ping";
}

export interface TaggedStandInOptions {
  /** Its address in the VLAN. */
  address: string;
  /** The VLAN's tag. */
  tag: number;
}

/** A machine on the LAN that is there and does not do what one expects of it. */
export class StandIn implements AsyncDisposable {
  private constructor(
    readonly address: string,
    private readonly namespace: Namespace,
  ) {}

  static async start(prefix: string, lanSwitch: Switch, { address, answers }: StandInOptions): Promise<StandIn> {
    const namespace = await Namespace.create(`${prefix}standin-${address.replaceAll(/[.:]/g, "-")}`);
    const drop = "type filter hook input priority 0; policy drop;";
    const accept = answers === "ping" ? "icmp type echo-request accept; meta l4proto ipv6-icmp accept;" : "";
    await namespace.must(["nft", "-f", "-"], {
      input: `table inet standin { chain input { ${drop} ${accept} }; chain forward { type filter hook forward priority 0; policy drop; }; }`,
    });
    await lanSwitch.plug({ namespace: namespace.name, name: "lan0" });
    await namespace.must(["ip", "address", "add", `${address}/24`, "dev", "lan0"]);
    await namespace.must(["ip", "link", "set", "dev", "lan0", "up"]);
    return new StandIn(address, namespace);
  }

  /** One in a VLAN, which answers pings there. */
  static async startTagged(
    prefix: string,
    lanSwitch: Switch,
    { address, tag }: TaggedStandInOptions,
  ): Promise<StandIn> {
    const namespace = await Namespace.create(`${prefix}tagged-${tag}`);
    await lanSwitch.plug({ namespace: namespace.name, name: "lan0" });
    await namespace.must(["ip", "link", "set", "dev", "lan0", "up"]);
    namespace.spawn(["python3", resolve(__dirname, "fixtures/taggedStandIn.py"), "lan0", String(tag), address]);
    return new StandIn(address, namespace);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.namespace[Symbol.asyncDispose]();
  }
}
