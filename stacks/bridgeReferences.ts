import { isDeepStrictEqual } from "node:util";
import { type Fields, record } from "./fields";
import { formatPath, type Problem } from "./problem";

/** A bridge as the config says it, by either form. */
interface BridgeReference {
  readonly name: string;
  readonly path: readonly string[];
  readonly uplink: unknown;
}

/** What is wrong with a host's bridges beside each other. */
export function bridgeProblems(host: string, written: Fields): Problem[] {
  const bridges = bridgesOf(host, written);
  const [usual, ...more] = bridges.filter(({ uplink }) => uplink === undefined);
  return [
    ...bridges.slice(1).flatMap(({ name, path }) => {
      const other = bridges.find((one) => one.name === name);
      if (other?.path === path) return [];
      return [{ path, reason: `is the name of ${formatPath(other?.path ?? [])} too: two bridges need two names` }];
    }),
    ...more.map(({ name, path }) => ({
      path: [...path, "uplink"],
      reason: `is missing: ${usual?.name} is on the NIC with the default route already; write the NIC for ${name}`,
    })),
    ...bridges.flatMap((one) => uplinkProblems(one, bridges)),
  ];
}

/** What one is on that another one is on already, or that is a bridge itself. */
function uplinkProblems({ path, uplink }: BridgeReference, bridges: readonly BridgeReference[]): Problem[] {
  const { link, vlan } = record(uplink);
  const [named, at] = typeof uplink === "string" ? [uplink, ["uplink"]] : [link, ["uplink", "link"]];
  const itself = bridges.find(({ name }) => name === named);
  if (itself !== undefined) {
    const reason = `${itself.name} is a bridge itself, ${formatPath(itself.path)}: write the NIC that it is to be on`;
    return [{ path: [...path, ...at], reason }];
  }
  const first = bridges.find((one) => isDeepStrictEqual(one.uplink, uplink));
  if (first === undefined || first.path === path || uplink === undefined || uplink === "none") return [];
  const [what, on] = typeof uplink === "string" ? [uplink, "a NIC"] : [`VLAN ${vlan} of ${link}`, "a VLAN"];
  const reason = `${what} is that of ${formatPath(first.path)} already: one bridge is on ${on}, and the VMs of both can be on that one`;
  return [{ path: [...path, "uplink"], reason }];
}

/** Why what names no bridge has none, if so. */
export function describeMissingBridge(host: string, written: Fields): string | undefined {
  const names = bridgesOf(host, written).map(({ name }) => JSON.stringify(name));
  if ("bridge" in written || names.length === 1) return undefined;
  const at = formatPath(["hosts", host]);
  if (names.length === 0) return `is missing, and ${at} has no \`bridge\` to use instead`;
  return `is missing, and ${at} has several bridges: write one of ${names.join(", ")}`;
}

/** Of two keys for one machine neither could wait for what the other one makes there. */
export function sameHosts(hosts: Fields): Problem[] {
  const known = new Map<string, string>();
  return Object.entries(hosts).flatMap(([name, host]) => {
    const way = wayTo(record(record(host).connection));
    const first = way === undefined ? undefined : known.get(way);
    if (way !== undefined && first === undefined) known.set(way, name);
    if (first === undefined) return [];
    const one = formatPath(["hosts", first]);
    return [
      {
        path: ["hosts", name, "connection", "host"],
        reason: `is that of ${one} too: write what is on one machine under one key, several bridges under ${one}.bridges`,
      },
    ];
  });
}

function wayTo({ host, port = 22, proxy = null }: Fields): string | undefined {
  if (typeof host !== "string") return undefined;
  return JSON.stringify([host.toLowerCase(), port, record(proxy).host ?? null, record(proxy).port ?? null]);
}

function bridgesOf(host: string, { bridge, bridges }: Fields): BridgeReference[] {
  const { name = "br0", uplink } = record(bridge);
  // With nothing after it, it is null.
  const short = bridge === undefined ? [] : [{ name: String(name), path: ["hosts", host, "bridge"], uplink }];
  const named = Object.entries(record(bridges)).map(([key, one]) => ({
    name: key,
    path: ["hosts", host, "bridges", key],
    uplink: record(one).uplink,
  }));
  return [...short, ...named];
}
