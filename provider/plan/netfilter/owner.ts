import type { FilterChain, Firewall } from "../../host/netfilter/firewall";

/** A program that writes its chains anew whenever it likes: a rule of ours in them would not stay. */
export interface Daemon {
  readonly name: string;
  /** How one says to it that the bridge's own frames are let through. */
  readonly wayOf: (bridge: string) => string;
}

// firewalld.zone(5), <forward/>: frames between a zone's interfaces are let through.
const firewalld: Daemon = {
  name: "firewalld",
  wayOf: (bridge) =>
    `put ${bridge} into a zone that forwards between its own interfaces: firewall-cmd --permanent --zone=ZONE --add-interface=${bridge}, firewall-cmd --permanent --zone=ZONE --add-forward, then firewall-cmd --reload`,
};

const daemons: Readonly<Record<string, Daemon>> = {
  firewalld,
  libvirt_network: {
    name: "libvirt",
    wayOf: () => "libvirt's rules are for its own networks; see firewall_backend in /etc/libvirt/network.conf",
  },
  "docker-bridges": {
    name: "Docker",
    wayOf: () => 'set "ip-forward-no-drop": true in /etc/docker/daemon.json and restart docker (dockerd(8))',
  },
  "kube-proxy": { name: "kube-proxy", wayOf: () => "kube-proxy's rules follow from the cluster's services" },
};

/** Of iptables' other tables with a FORWARD chain, nft shows the chains, but iptables would not know a rule of nft's in them. */
const ofIptables: Daemon = {
  name: "iptables' tables for other ends than filtering",
  wayOf: () => "see iptables-save -t mangle and -t security, also of ip6tables, and narrow the rule that drops",
};

/** The same tables as netfilter.sh leaves alone. */
export function daemonOf({ tool, family, table }: FilterChain): Daemon | undefined {
  if (tool !== "nft") return undefined;
  if ((family === "ip" || family === "ip6") && (table === "mangle" || table === "security")) return ofIptables;
  return Object.hasOwn(daemons, table) ? daemons[table] : undefined;
}

// firewalld.direct(5): such a rule comes before those of its zones, and with each of its reloads.
const firewalldsIptables: Daemon = {
  name: "firewalld",
  wayOf: (bridge) =>
    `${["ipv4", "ipv6"].map((version) => `firewall-cmd --permanent --direct --add-rule ${version} filter FORWARD 0 -i ${bridge} -o ${bridge} -m physdev --physdev-is-bridged -j ACCEPT`).join(", ")}, then firewall-cmd --reload`,
};

/** Who empties one of iptables' own chains whenever it likes, and tells no unit: firewalld with FirewallBackend=iptables. A rule of ours stays until then. */
export function emptiedBy({ tool, rules }: FilterChain): Daemon | undefined {
  const jumps = rules.some(({ verdict }) => verdict?.kind === "jump" && verdict.chain === "FORWARD_direct");
  return tool !== "nft" && jumps ? firewalldsIptables : undefined;
}

/** Who on the host relies on bridged frames being filtered: Docker between its containers, Kubernetes for its services. */
export function reliesOnBridgeCalls(firewall: Firewall): string[] {
  const has = (test: RegExp) => firewall.chains.some((chain) => test.test(chain.name) || test.test(chain.table));
  return [has(/^docker/i) && "Docker", has(/^kube-/i) && "Kubernetes"].filter((name) => name !== false);
}
