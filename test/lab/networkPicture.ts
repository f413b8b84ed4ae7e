import { setTimeout as sleep } from "node:timers/promises";

// biome-ignore lint/suspicious/noExplicitAny: what iproute2 prints
type Json = any;

/** Run by a shell on a host: all of its network that can be seen, and the files it comes from, in sections. */
export const networkScript = `
part() { printf '== %s\\n' "$1"; shift; "$@" || :; echo; }
part link ip -d -j link show
part address ip -d -j address show
part route4 ip -d -j -4 route show table all
part route6 ip -d -j -6 route show table all
part rule4 ip -j -4 rule show
part rule6 ip -j -6 rule show
part neigh4 ip -j -4 neigh show nud permanent
part neigh6 ip -j -6 neigh show nud permanent
part port bridge -d -j link show
part vlan bridge -j vlan show
echo '== setting'
cd /proc/sys/net && grep -H . ipv4/conf/*/* ipv6/conf/*/* ipv4/ip_forward 2>/dev/null
cd /
echo '== file'
for path in etc/netplan etc/NetworkManager etc/systemd/network run/systemd/network etc/cloud/cloud.cfg.d etc/systemd/system etc/systemd/system/sysinit.target.wants var/lib/kvmnet var/lib/kvmnet/bridges; do
  [ ! -h "$path" ] || printf '%s -> %s\\n' "$path" "$(readlink "$path")"
  case $path in */systemd/system*) only='kvmnet-boot*' depth=1 ;; var/lib/kvmnet) only='armed*' depth=1 ;; *) only='*' depth=9 ;; esac
  find -H "$path" -mindepth 1 -maxdepth "$depth" -name "$only" -printf '%p %y %m %u:%g %l\\n' 2>/dev/null
  find -H "$path" -mindepth 1 -maxdepth "$depth" -name "$only" ! -type d 2>/dev/null | sort | xargs -r sha256sum 2>&1
done
true`;

/**
 * What may differ, and nothing else: counters (what a bridge has learnt is counted, too), timers of
 * bridges and their ports, the number of a port (a bridge gives the lowest that is free when it comes), and the indices of links
 * that were made anew. Of a lifetime, only whether there is one: an address that a server lent is not one for ever.
 */
const mayDiffer = new Set([
  ...["stats", "stats64", "mcast_n_groups", "fdb_n_learned"],
  ...["hello_timer", "tcn_timer", "topology_change_timer", "gc_timer"],
  ...["message_age_timer", "forward_delay_timer", "hold_timer"],
  ...["no", "designated_port"],
  ...["ifindex", "link_index", "link_netnsid"],
]);
const lifetimes = new Set(["valid_life_time", "preferred_life_time", "expires"]);
const forever = 4294967295;

/** The text of a host's network, a line for each thing, in an order of its own: the same for hosts that are the same. */
export function pictureOf(printed: string): string {
  return printed
    .split(/^== /m)
    .slice(1)
    .flatMap((section) => {
      const [name = "", ...lines] = section.trimEnd().split("\n");
      const text = lines.join("\n");
      return name === "setting" || name === "file"
        ? lines.filter(Boolean).map((line) => `${name} ${line}`)
        : things(name, text).map((thing) => `${name} ${written(name, thing)}`);
    })
    .sort()
    .join("\n");
}

/** The links' own part of `ip address` is told by `ip link`. */
function things(name: string, text: string): Json[] {
  const all: Json[] = text.trim() === "" ? [] : JSON.parse(text);
  return name === "address"
    ? all.flatMap(({ ifname, addr_info = [] }) => addr_info.map((address: Json) => ({ ifname, ...address })))
    : all;
}

function written(section: string, thing: Json): string {
  return JSON.stringify(thing, (key, value) => {
    if (mayDiffer.has(key)) return undefined;
    // A link in another namespace is told by its index; where this namespace has one of that index, by that one's name.
    if (key === "link" && section === "port") return undefined;
    // The number, once more; a VLAN's is none of that form.
    if (key === "id" && /^0x/.test(value)) return undefined;
    if (lifetimes.has(key)) return value >= forever ? "for ever" : value === 0 ? "over" : "for a while";
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}

/** What this needs of a host. */
interface Pictured {
  must(argv: readonly string[]): Promise<string>;
}

/** The whole network of a host, to be compared: what a rollback gives back is all of it, but lines that are another's doing. */
export async function networkPicture(host: Pictured, without?: RegExp): Promise<string> {
  // An address of IPv6 that is new is looked for on the LAN first, for a second or two.
  return settled(host, (now) => !now.includes('"tentative":true'), without);
}

/**
 * Its network once it is as wanted, or as it is after some seconds: networkd settles its links a moment after a change.
 * Without those lines of it that are another's doing.
 */
export async function settledPicture(host: Pictured, wanted: string, without?: RegExp): Promise<string> {
  return settled(host, (now) => now === wanted, without);
}

async function settled(host: Pictured, is: (now: string) => boolean, without?: RegExp): Promise<string> {
  for (const until = Date.now() + 10_000; ; ) {
    const all = pictureOf(await host.must(["sh", "-c", networkScript]));
    const now = without
      ? all
          .split("\n")
          .filter((line) => !without.test(line))
          .join("\n")
      : all;
    if (is(now) || Date.now() > until) return now;
    await sleep(100);
  }
}
