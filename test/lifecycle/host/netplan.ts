import { parse } from "yaml";

interface Stanza {
  readonly addresses?: readonly string[];
  readonly dhcp4?: boolean;
  readonly routes?: readonly { readonly to: string; readonly via: string; readonly metric?: number }[];
  readonly gateway4?: string;
  readonly mtu?: number;
  readonly macaddress?: string;
  readonly interfaces?: readonly string[];
  readonly parameters?: { readonly stp?: boolean; readonly "forward-delay"?: number };
}

/**
 * What netplan writes for networkd from its files, in the order of their names: path below /run/systemd/network to text.
 * Of its keys, it knows those that the tests' hosts use; scalars of a later file win, lists add up.
 */
export function generate(files: readonly string[]): Map<string, string> {
  const ethernets = new Map<string, Stanza>();
  const bridges = new Map<string, Stanza>();
  for (const text of files) {
    const { network = {} } = parse(text) ?? {};
    for (const [section, into] of [
      ["ethernets", ethernets],
      ["bridges", bridges],
    ] as const)
      for (const [name, stanza] of Object.entries<Stanza>(network[section] ?? {}))
        into.set(name, merged(into.get(name) ?? {}, stanza ?? {}));
  }
  const portOf = new Map([...bridges].flatMap(([name, { interfaces = [] }]) => interfaces.map((port) => [port, name])));
  const written = new Map<string, string>();
  for (const [name, stanza] of [...ethernets, ...bridges])
    written.set(`10-netplan-${name}.network`, networkFile(name, stanza, portOf.get(name)));
  for (const [name, stanza] of bridges) written.set(`10-netplan-${name}.netdev`, netdevFile(name, stanza));
  return written;
}

function merged(before: Stanza, after: Stanza): Stanza {
  const both: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(after)) {
    const was = both[key];
    both[key] = Array.isArray(was) && Array.isArray(value) ? [...was, ...value] : value;
  }
  return both;
}

function networkFile(name: string, stanza: Stanza, bridge: string | undefined): string {
  const { addresses = [], routes = [], dhcp4, mtu } = stanza;
  return [
    ...["[Match]", `Name=${name}`],
    ...(mtu === undefined ? [] : ["", "[Link]", `MTUBytes=${mtu}`]),
    ...["", "[Network]", ...(dhcp4 ? ["DHCP=ipv4"] : []), ...addresses.map((address) => `Address=${address}`)],
    ...(bridge === undefined ? [] : [`Bridge=${bridge}`]),
    ...routes.flatMap(({ to, via, metric }) => [
      ...["", "[Route]", `Destination=${to === "default" ? "0.0.0.0/0" : to}`, `Gateway=${via}`],
      ...(metric === undefined ? [] : [`Metric=${metric}`]),
    ]),
    "",
  ].join("\n");
}

function netdevFile(name: string, { macaddress, mtu, parameters = {} }: Stanza): string {
  return [
    ...["[NetDev]", `Name=${name}`, "Kind=bridge"],
    ...(macaddress === undefined ? [] : [`MACAddress=${macaddress}`]),
    ...(mtu === undefined ? [] : [`MTUBytes=${mtu}`]),
    ...["", "[Bridge]", `STP=${parameters.stp ?? true}`, `ForwardDelaySec=${parameters["forward-delay"] ?? 15}`],
    "",
  ].join("\n");
}
