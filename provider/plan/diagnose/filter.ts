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

/** On, it is one firewall rule away from deaf VMs. Where a rule drops already, that finding names it; where kvmnet's rule stands, none can. */
export const bridgeNfCall: Check = (facts) =>
  lanBridges(facts).flatMap(({ bridge }) => {
    const { dropping, seen } = effectiveOf(facts, bridge.name);
    const guarded = [...facts.netfilter.keys()].some((path) =>
      path.startsWith(`/var/lib/kvmnet/netfilter/${bridge.name}/`),
    );
    const on = [seen.ip && "iptables", seen.ip6 && "ip6tables", seen.arp && "arptables"].filter(
      (name) => name !== false,
    );
    if (on.length === 0 || dropping.length > 0 || guarded) return [];
    return finding("bridge-nf-call", "warning", {
      subject: `bridge ${bridge.name}`,
      evidence: on.map((name) => `bridge-nf-call-${name} = 1`).join(", "),
      cause:
        "br_netfilter shows bridged frames to the packet filter. Nothing drops them now; a policy of drop, as Docker sets it, makes the VMs deaf.",
      fix: `A BridgeNetfilter, which HostBridge has by default, lets through what ${bridge.name} forwards between its own ports, whatever comes later.`,
      fixable: true,
    });
  });
