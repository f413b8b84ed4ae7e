import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

// biome-ignore lint/suspicious/noExplicitAny: YAML of any shape
type Yaml = any;

/**
 * netplan's generator, as far as a bridge on a NIC needs it: /run hides /etc hides /lib by file name, maps are merged,
 * lists go together, and out come files of networkd's. What it does not take it says, and writes nothing.
 * @param root where the machine's files are for this process
 * @param above what stands before paths on the machine: the folder of --root-dir
 */
export function generate(root: string, above = ""): { code: number; said: string[] } {
  const folders = ["lib", "etc", "run"].map((folder) => join(root, above, folder, "netplan"));
  const paths = new Map(
    folders
      .filter((folder) => existsSync(folder))
      .flatMap((folder) =>
        readdirSync(folder)
          .filter((name) => name.endsWith(".yaml"))
          .map((name) => [name, join(folder, name)] as const),
      ),
  );
  let network: Yaml = {};
  for (const [name, path] of [...paths].sort(([a], [b]) => (a < b ? -1 : 1))) {
    try {
      network = merged(network, parse(readFileSync(path, "utf8"))?.network ?? {});
    } catch (error) {
      return { code: 1, said: [`/etc/netplan/${name}: ${(error as Error).message.split("\n")[0]}`] };
    }
  }
  const out = join(root, above, "run/systemd/network");
  mkdirSync(out, { recursive: true });
  for (const name of readdirSync(out))
    if (name.startsWith("10-netplan-") && !name.endsWith(".d")) rmSync(join(out, name));
  for (const [name, text] of Object.entries(files(network))) writeFileSync(join(out, name), text);
  return { code: 0, said: [] };
}

function merged(one: Yaml, other: Yaml): Yaml {
  if (Array.isArray(one) && Array.isArray(other))
    return [...one, ...other.filter((item) => !one.some((there) => JSON.stringify(there) === JSON.stringify(item)))];
  if (typeof one === "object" && one !== null && typeof other === "object" && other !== null) {
    const all = { ...one };
    for (const [key, value] of Object.entries(other)) all[key] = key in one ? merged(one[key], value) : value;
    return all;
  }
  return other ?? one;
}

function files(network: Yaml): Record<string, string> {
  const all: Record<string, string> = {};
  const bridges: [string, Yaml][] = Object.entries(network.bridges ?? {});
  const bridgeOf = (id: string) => bridges.find(([, { interfaces = [] }]) => interfaces.includes(id))?.[0];
  for (const [id, link] of Object.entries<Yaml>(network.ethernets ?? {})) {
    const matched = link?.match?.macaddress;
    const match = matched ? `PermanentMACAddress=${matched}` : `Name=${id}`;
    all[`10-netplan-${id}.network`] = networkText(match, link ?? {}, bridgeOf(id));
  }
  for (const [id, link] of bridges) {
    const { stp = true, "forward-delay": delay } = link.parameters ?? {};
    all[`10-netplan-${id}.netdev`] =
      `[NetDev]\nName=${id}\n${link.macaddress ? `MACAddress=${link.macaddress}\n` : ""}${link.mtu ? `MTUBytes=${link.mtu}\n` : ""}Kind=bridge\n\n[Bridge]\nSTP=${stp}\n${delay === undefined ? "" : `ForwardDelaySec=${delay}\n`}`;
    all[`10-netplan-${id}.network`] = networkText(`Name=${id}`, link, undefined);
  }
  return all;
}

function networkText(match: string, link: Yaml, bridge: string | undefined): string {
  const routes: Yaml[] = link.routes ?? [];
  return [
    `[Match]\n${match}\n`,
    link.mtu ? `[Link]\nMTUBytes=${link.mtu}\n` : "",
    "[Network]",
    link.dhcp4 ? "DHCP=ipv4" : "",
    `LinkLocalAddressing=${bridge ? "no" : "ipv6"}`,
    ...(link.addresses ?? []).map(
      (address: Yaml) => `Address=${typeof address === "string" ? address : Object.keys(address)[0]}`,
    ),
    link.gateway4 ? `Gateway=${link.gateway4}` : "",
    ...(link.nameservers?.addresses ?? []).map((address: string) => `DNS=${address}`),
    bridge ? `Bridge=${bridge}` : "",
    ...routes.map(
      ({ to, via, metric, table }) =>
        `\n[Route]\nDestination=${to === "default" ? (via.includes(":") ? "::/0" : "0.0.0.0/0") : to}\n${via ? `Gateway=${via}\n` : ""}${metric ? `Metric=${metric}\n` : ""}${table ? `Table=${table}\n` : ""}`,
    ),
  ]
    .filter((line) => line !== "")
    .join("\n")
    .concat("\n");
}
