import { effectiveOf } from "../netfilter/effective";
import { daemonOf } from "../netfilter/owner";
import { lanBridges } from "./bridges";
import { type Check, finding } from "./finding";

/** What a packet filter does to bridged frames. br_netfilter that is on alone is no fault: it is named in what follows from it. */
export const forwardDrops: Check = (facts) =>
  lanBridges(facts).flatMap(({ bridge }) => {
    const { dropping, seen } = effectiveOf(facts, bridge.name);
    return dropping.map(({ by, chain }) => {
      const daemon = daemonOf(chain);
      const on = [
        seen.ip && chain.family !== "ip6" && "iptables",
        seen.ip6 && chain.family !== "ip" && "ip6tables",
      ].filter((name) => name !== false);
      return finding("forward-drops", "error", {
        subject: `bridge ${bridge.name}`,
        evidence: `${by}${chain.family === "bridge" ? "" : `; ${on.map((name) => `bridge-nf-call-${name} = 1`).join(", ")}`}`,
        cause:
          chain.family === "bridge"
            ? "A chain of nftables' bridge family drops what the bridge forwards."
            : "br_netfilter shows bridged frames to the packet filter, which drops what is forwarded: VMs on the bridge are deaf.",
        fix: daemon
          ? `It belongs to ${daemon.name}: ${daemon.wayOf(bridge.name)}.`
          : `A BridgeNetfilter, which HostBridge has by default, lets through what ${bridge.name} forwards between its own ports.`,
        fixable: !daemon && chain.family !== "bridge",
      });
    });
  });
