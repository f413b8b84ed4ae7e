import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "./machine";

/** A file of networkd's with its drop-ins: sections with keys, which may be there more than once. */
interface Config {
  readonly path: string;
  /** Other than before: the file was written anew, or a drop-in came or went. */
  readonly stamp: string;
  readonly sections: readonly { readonly name: string; readonly keys: readonly (readonly [string, string])[] }[];
}

interface Link {
  readonly ifindex: number;
  readonly ifname: string;
  readonly address: string;
  readonly mtu: number;
  readonly master?: string;
  readonly addr_info: { family: string; local: string; prefixlen: number; scope: string }[];
}

interface Route {
  readonly dst: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly protocol?: string;
  readonly metric?: number;
  readonly table?: string;
}

/** systemd-networkd, as far as kvmnet has learnt to know it on real hosts: what it makes of its files, and what it drops. */
export class Networkd {
  running = false;
  /** As systemd 249 it tells nothing of a port that left its bridge, until it is told to set that up anew. */
  loses = false;
  private readonly lost = new Set<number>();
  /** Which bridge each port was in when it looked last. */
  private readonly masters = new Map<number, string>();
  /** What it set each link up from, by its index. */
  private readonly known = new Map<number, Config>();

  constructor(private readonly machine: Machine) {}

  async start(): Promise<void> {
    this.known.clear();
    this.running = true;
    await this.reload();
  }

  stop(): void {
    this.running = false;
    this.known.clear();
  }

  /** Links whose file is another one than before are set up anew, and no others. */
  async reload(): Promise<void> {
    for (const config of this.configs(".netdev")) await this.makeBridge(config);
    const networks = this.configs(".network");
    for (const link of await this.links()) {
      const config = networks.find((one) => matches(one, link));
      const before = this.known.get(link.ifindex);
      if (config === undefined || (before?.path === config.path && before.stamp === config.stamp)) continue;
      this.known.set(link.ifindex, config);
      await this.configure(link.ifname, config);
    }
    await this.meetPorts();
    await this.writeStates();
  }

  private async meetPorts(): Promise<void> {
    for (const { ifindex, master } of await this.links()) {
      const before = this.masters.get(ifindex);
      if (this.loses && before !== undefined && before !== master) this.lost.add(ifindex);
      if (master === undefined) this.masters.delete(ifindex);
      else this.masters.set(ifindex, master);
    }
  }

  async reconfigure(name: string): Promise<void> {
    const link = (await this.links()).find(({ ifname }) => ifname === name);
    const config = link && this.known.get(link.ifindex);
    if (!config) return;
    this.lost.delete(link.ifindex);
    await this.configure(name, config);
    await this.writeStates();
  }

  /** The kernel tells it of links. A port that left its bridge is a new link for it (systemd 252), put back as its file says. */
  async noticed(): Promise<void> {
    if (!this.running) return;
    for (const { ifindex, ifname, master } of await this.links()) {
      const config = this.known.get(ifindex);
      const bridge = config && value(config, "Network", "Bridge");
      if (
        config &&
        bridge !== undefined &&
        master === undefined &&
        existsSync(this.machine.path(`/sys/class/net/${bridge}`))
      )
        await this.configure(ifname, config);
    }
  }

  private links(): Promise<Link[]> {
    return this.machine.json<Link>("ip -j address show");
  }

  private async makeBridge(config: Config): Promise<void> {
    const name = value(config, "NetDev", "Name") ?? "";
    if (existsSync(this.machine.path(`/sys/class/net/${name}`))) return;
    const mac = value(config, "NetDev", "MACAddress");
    const delay = value(config, "Bridge", "ForwardDelaySec");
    await this.machine.do(
      `ip link add ${name} ${mac ? `address ${mac}` : ""} type bridge stp_state ${value(config, "Bridge", "STP") === "true" ? 1 : 0} ${delay ? `forward_delay ${Number(delay) * 100}` : ""}`,
    );
  }

  private async configure(name: string, config: Config): Promise<void> {
    const link = (await this.links()).find(({ ifname }) => ifname === name);
    if (!link) return;
    const addresses = values(config, "Network", "Address");
    const routes = routesIn(config);
    const lines: string[] = [];
    if (value(config, "Network", "KeepConfiguration") !== "yes") {
      for (const { local, prefixlen, scope } of link.addr_info)
        if (scope === "global" && !addresses.includes(`${local}/${prefixlen}`))
          lines.push(`address del ${local}/${prefixlen} dev ${name}`);
      const there = [
        ...(await this.machine.json<Route>(`ip -j -4 route show table all dev ${name}`)),
        ...(await this.machine.json<Route>(`ip -j -6 route show table all dev ${name}`)),
      ];
      for (const { dst, gateway, protocol, metric, table } of there) {
        const foreign = protocol !== "kernel" && protocol !== "ra" && table !== "local";
        if (foreign && !routes.some((one) => destination(one.dst) === destination(dst) && one.gateway === gateway))
          lines.push(
            `route del ${dst === "default" ? (gateway?.includes(":") ? "::/0" : "0.0.0.0/0") : dst}${gateway ? ` via ${gateway}` : ""} dev ${name}${metric ? ` metric ${metric}` : ""}${table ? ` table ${table}` : ""}`,
          );
      }
    }
    const bridge = value(config, "Network", "Bridge");
    if (bridge === undefined) {
      if (link.master !== undefined) lines.push(`link set dev ${name} nomaster`);
    } else if (link.master !== bridge) lines.push(`link set dev ${name} master ${bridge}`);
    const mtu = value(config, "Link", "MTUBytes");
    if (mtu !== undefined && Number(mtu) !== link.mtu) lines.push(`link set dev ${name} mtu ${mtu}`);
    lines.push(`link set dev ${name} up`);
    for (const address of addresses)
      if (!holds(link, address)) lines.push(`address replace ${address} brd + dev ${name}`);
    for (const { dst, gateway, metric, table } of routes)
      lines.push(
        `route replace ${dst}${gateway ? ` via ${gateway}` : ""} dev ${name} proto static${metric ? ` metric ${metric}` : ""}${table ? ` table ${table}` : ""}`,
      );
    // Rules that it did not make (ManageForeignRoutingPolicyRules=), on whatever link.
    const drop = `for family in -4 -6; do ip $family rule show | grep -v 'lookup \\(local\\|main\\|default\\)$' | sed 's/^[0-9]*:\\t//; s/ *$//' | while read -r rule; do ip $family rule del $rule; done; done`;
    await this.machine.do(
      `ip -force -batch - <<'END' 2>/dev/null || :\n${lines.map((line) => line.replace(/ brd \+(?= dev)/, addressBroadcast(line))).join("\n")}\nEND\n${drop}`,
    );
  }

  private configs(suffix: string): Config[] {
    const folders = ["/run/systemd/network", "/etc/systemd/network"];
    const found = new Map<string, string>();
    for (const folder of folders)
      for (const name of list(this.machine.path(folder)))
        if (name.endsWith(suffix)) found.set(name, `${folder}/${name}`);
    return [...found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, path]) => {
        const dropIns = folders.flatMap((folder) =>
          list(this.machine.path(`${folder}/${name}.d`)).map((part) => `${folder}/${name}.d/${part}`),
        );
        const { mtimeNs, ino } = statSync(this.machine.path(path), { bigint: true });
        const texts = [path, ...dropIns].map((one) => readFileSync(this.machine.path(one), "utf8"));
        const parts = dropIns.map((one, index) => `${one}\n${texts[index + 1]}`);
        return { path, stamp: [mtimeNs, ino, ...parts].join("\n"), sections: texts.flatMap(parseSections) };
      });
  }

  /** What kvmnet reads of it. */
  private async writeStates(): Promise<void> {
    const folder = this.machine.path("/run/systemd/netif/links");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const told = [...this.known].filter(([index]) => !this.lost.has(index));
    for (const [index, { path }] of told)
      writeFileSync(join(folder, String(index)), `ADMIN_STATE=configured\nNETWORK_FILE=${path}\n`);
    // systemd-resolved follows: it asks the servers of links in networkd's hands.
    const servers = told.flatMap(([, config]) => values(config, "Network", "DNS"));
    this.machine.write("/run/systemd/resolve/resolv.conf", servers.map((server) => `nameserver ${server}\n`).join(""));
  }
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function parseSections(text: string): Config["sections"] {
  return text
    .split(/^(?=\[)/m)
    .filter((part) => part.startsWith("["))
    .map((part) => ({
      name: part.slice(1, part.indexOf("]")),
      keys: [...part.matchAll(/^(\w+)=(.*)$/gm)].map(([, key = "", text = ""]) => [key, text] as const),
    }));
}

function values(config: Config, section: string, key: string): string[] {
  return config.sections
    .filter(({ name }) => name === section)
    .flatMap(({ keys }) => keys.filter(([name]) => name === key).map(([, text]) => text));
}

function value(config: Config, section: string, key: string): string | undefined {
  return values(config, section, key).at(-1);
}

function matches(config: Config, { ifname, address }: Link): boolean {
  const name = value(config, "Match", "Name");
  const mac = value(config, "Match", "PermanentMACAddress");
  return name === ifname || (mac !== undefined && mac === address && !ifname.startsWith("br"));
}

function routesIn(config: Config): Route[] {
  return config.sections
    .filter(({ name }) => name === "Route")
    .map(({ keys }) => {
      const of = (key: string) => keys.find(([name]) => name === key)?.[1];
      const metric = of("Metric");
      return {
        dst: of("Destination") ?? "",
        gateway: of("Gateway"),
        metric: metric ? Number(metric) : undefined,
        table: of("Table"),
      };
    });
}

function destination(dst: string): string {
  return dst === "0.0.0.0/0" || dst === "::/0" ? "default" : dst;
}

function holds({ addr_info }: Link, address: string): boolean {
  return addr_info.some(({ local, prefixlen }) => `${local}/${prefixlen}` === address);
}

/** IPv6 has none. */
function addressBroadcast(line: string): string {
  return line.includes(":") ? "" : " brd +";
}
