import { HomelabStack } from "../../lab/homelabStack";
import type { Host } from "../../lab/host";
import type { Release } from "../../lab/hostImage";
import type { Lan } from "../../lab/lan";
import { strikeAt } from "../../lab/strike";

/** The gateway is gone from now on, for whoever asks from the host. */
export const deadGateway =
  "nft add table inet wall; nft 'add chain inet wall out { type filter hook output priority 0; }'; nft add rule inet wall out ip daddr 192.0.2.1 drop";

const second = `network:
  version: 2
  ethernets:
    enp2s0:
      dhcp4: true
      dhcp4-overrides: {use-routes: false, use-dns: false}
`;

/** A host as people have them: two NICs, the other one by DHCP, and what hands gave that one. */
export async function startUntidy(lan: Lan, release: Release): Promise<{ host: Host; stack: HomelabStack }> {
  const host = await lan.startHost({
    name: `kvm-${release}`,
    release,
    addressing: { address: "192.0.2.100/24" },
    extraNics: ["enp2s0"],
    files: { "/etc/netplan/02-second.yaml": { text: second, mode: 0o600 } },
  });
  host.address = "192.0.2.100";
  await sh(host, byHand);
  const stack = await HomelabStack.start({ lan, hosts: [host], config: configOf(host, {}) });
  return { host, stack };
}

/** On the NIC that no change is about. */
const byHand = `
ip address add 203.0.113.9/28 dev enp2s0
ip route add 198.51.100.64/26 via 203.0.113.10 dev enp2s0
ip route add default via 203.0.113.10 dev enp2s0 table 77
ip rule add from 203.0.113.9 lookup 77`;

export function configOf(host: Host, bridge: object) {
  return { hosts: { [host.name]: { bridge: { netfilter: false, confirm: { timeout: 12 }, ...bridge } } } };
}

export function sh(host: Host, script: string): Promise<string> {
  return host.must(["timeout", "60", "sh", "-c", script]);
}

/**
 * A change that is struck once it is applied, and cannot be confirmed: what `up` said, and how long nothing was safe. What is
 * done once the host has gone back need not wait for an `up` that cannot log in yet.
 */
export async function rolledBack(host: Host, stack: HomelabStack, strike: string, gone?: () => Promise<void>) {
  const { struck } = await strikeAt(host, "applied", `${deadGateway}; ${strike}`);
  const up = stack.startUp();
  await Promise.race([struck, up.ended.then(({ stdout }) => struck.catch(() => expect(stdout).toBe("struck")))]);
  const began = performance.now();
  await sh(host, "until [ ! -e /var/lib/kvmnet/armed ]; do sleep 0.05; done");
  const tookMs = performance.now() - began;
  await sh(host, "nft delete table inet wall");
  await gone?.();
  const { code, stdout } = await up.ended;
  return { code, stdout, tookMs };
}

/** All of the host's network that a change is to leave, or to give back, as text. */
export function network(host: Host): Promise<string> {
  return sh(
    host,
    `ip -d -o link | sed 's/^[0-9]*: //; s/@if[0-9]*//; s/ link-netnsid [0-9]*//; s/ state [A-Z]*//; s/_timer *[0-9.]*//g' | grep -v '^lo'
     ip -d address show scope global | sed 's/^[0-9]*: //; s/@if[0-9]*//; s/valid_lft [0-9]*sec/valid_lft N/; s/preferred_lft [0-9]*sec/preferred_lft N/' | grep inet -A1
     ip -d -4 route show table all | sort; ip rule; ip neigh show nud permanent
     find -L /etc/netplan /etc/site -type f 2>/dev/null -printf '%p %m %u %g %T+\\n' | sort
     find /etc/netplan /etc/site -type l -printf '%p -> %l\\n' 2>/dev/null | sort
     find -L /etc/netplan /etc/systemd/network /etc/site -type f 2>/dev/null | sort | xargs -r sha256sum
     find /run/systemd/network -maxdepth 1 -type f | sort; ls -d /etc/systemd/system/*kvmnet* /var/lib/kvmnet/armed* 2>/dev/null
     true`,
  );
}

/** networkd settles its links a moment after the transaction has ended. */
export async function settlesTo(host: Host, wanted: string): Promise<void> {
  let now = await network(host);
  for (const until = Date.now() + 5000; now !== wanted && Date.now() < until; now = await network(host));
  expect(now).toBe(wanted);
}
