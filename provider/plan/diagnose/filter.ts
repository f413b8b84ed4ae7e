import { dropsAround } from "../netfilter/around";
import { effectiveOf } from "../netfilter/effective";
import { daemonOf, emptiedBy } from "../netfilter/owner";
import { filteredBridges } from "./bridges";
import { type Check, finding } from "./finding";

/** What a packet filter does to bridged frames. br_netfilter that is on alone is no fault: it is named in what follows from it. */
export const forwardDrops: Check = (facts) =>
  filteredBridges(facts).flatMap((bridge) => {
    const { dropping, seen } = effectiveOf(facts, bridge.name);
    return dropping.map(({ by, chain }) => {
      const daemon = daemonOf(chain);
      const emptying = emptiedBy(chain);
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
          : `A BridgeNetfilter, which HostBridge has by default, lets through what ${bridge.name} forwards between its own ports.` +
            (emptying
              ? ` ${emptying.name} empties this chain whenever it starts or is reloaded. For good: ${emptying.wayOf(bridge.name)}.`
              : ""),
        fixable: !daemon && chain.family !== "bridge",
      });
    });
  });

/** What drops them where no rule of BridgeNetfilter's would help: before and after forward, and by the names of ports. */
export const hookDrops: Check = (facts) =>
  filteredBridges(facts).flatMap(({ name: bridge }) =>
    dropsAround(facts, bridge).map(({ by, chain, noRouteBack }) => {
      const version = noRouteBack === "ip" ? "IPv4" : "IPv6";
      const isFirewalld = daemonOf(chain)?.name === "firewalld";
      if (noRouteBack === undefined)
        return finding("hook-drops", "error", {
          subject: `bridge ${bridge}`,
          evidence: by,
          cause: `It drops what ${bridge} passes between its ports, on a hook where no BridgeNetfilter puts a rule: VMs on it are deaf.`,
          fix: `Have that rule leave out what comes and goes over ${bridge} and its ports; whoever wrote it may write it anew.`,
        });
      return finding("hook-drops", noRouteBack === "ip" ? "error" : "warning", {
        subject: `bridge ${bridge}`,
        evidence: `${by}; the host has no default route of ${version} over ${bridge}`,
        cause: `br_netfilter shows bridged frames to that rule, which drops what the host itself has no route back to over ${bridge}: VMs on it are deaf to all such ${version}.`,
        fix: isFirewalld
          ? "IPv6_rpfilter=no in /etc/firewalld/firewalld.conf, then firewall-cmd --reload (firewalld.conf(5)); or a default route for the host over the bridge."
          : `Have that rule leave out what comes in over ${bridge}, or give the host a default route of ${version} over it.`,
      });
    }),
  );

/** On, it is one firewall rule away from deaf VMs. Where a rule drops already, that finding names it; where kvmnet's rule stands, none can. */
export const bridgeNfCall: Check = (facts) =>
  filteredBridges(facts).flatMap((bridge) => {
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
