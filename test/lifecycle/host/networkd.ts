import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "./netplan";
import type { Sandbox } from "./sandbox";
import type { Answer } from "./tools";

const folder = "/run/systemd/network";

/** netplan's generator and networkd, as far as kvmnet has to do with them: files in /run, and what the kernel gets of them. */
export class Networkd {
  constructor(private readonly sandbox: Sandbox) {}

  /** `netplan generate [--root-dir FOLDER]` */
  netplan(args: readonly string[]): Answer {
    if (args[0] !== "generate") throw new Error(`netplan ${args.join(" ")}`);
    const root = args[1] === "--root-dir" ? (args[2] ?? "") : "";
    const sources = this.path(`${root}/etc/netplan`);
    const texts = this.list(sources).map((file) => readFileSync(join(sources, file), "utf8"));
    let written: Map<string, string>;
    try {
      written = generate(texts);
    } catch (error) {
      return { code: 78, stderr: `${(error as Error).message}\n` };
    }
    const target = this.path(`${root}${folder}`);
    mkdirSync(target, { recursive: true });
    // Not its folders, where drop-ins are.
    for (const file of this.list(target))
      if (/^10-netplan-.*\.(network|netdev)$/.test(file)) rmSync(join(target, file));
    for (const [file, text] of written) writeFileSync(join(target, file), text);
    return "";
  }

  /** `networkctl reload`: bridges that are not there are made, links get what their files say and lose what is of no file. */
  async reload(): Promise<Answer> {
    const files = this.list(this.path(folder));
    const read = (file: string) => settings(readFileSync(this.path(`${folder}/${file}`), "utf8"));
    const bridges = files.filter((file) => file.endsWith(".netdev")).map(read);
    await this.ip(bridges.filter((said) => !this.hasLink(one(said, "Name"))).map(made));
    const links = files
      .filter((file) => file.endsWith(".network"))
      .map((file) => ({ file, said: read(file) }))
      .filter(({ said }) => this.hasLink(one(said, "Name")));
    const addresses = await this.addresses();
    await this.ip(
      links.flatMap(({ file, said }) => {
        const kept = existsSync(this.path(`${folder}/${file}.d/kvmnet-transition.conf`));
        return configured(said, kept ? [] : (addresses.get(one(said, "Name")) ?? []));
      }),
    );
    mkdirSync(this.path("/run/systemd/netif/links"), { recursive: true });
    for (const { file, said } of links) {
      const index = readFileSync(this.path(`/sys/class/net/${one(said, "Name")}/ifindex`), "utf8").trim();
      const state = `ADMIN_STATE=configured\nNETWORK_FILE=${folder}/${file}\n`;
      writeFileSync(this.path(`/run/systemd/netif/links/${index}`), state);
    }
    return "";
  }

  /** IPv4's of each link, by its name. */
  private async addresses(): Promise<Map<string, string[]>> {
    const { stdout } = await this.sandbox.run(["ip", "-j", "-4", "address", "show"]);
    const links = JSON.parse(stdout || "[]") as { ifname: string; addr_info: { local: string; prefixlen: number }[] }[];
    return new Map(
      links.map(({ ifname, addr_info }) => [ifname, addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`)]),
    );
  }

  private async ip(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    const { code, stderr } = await this.sandbox.run(["ip", "-batch", "-"], {
      input: lines.map((line) => `${line}\n`).join(""),
    });
    if (code !== 0) throw new Error(`networkd: ${stderr}of ${lines.join("; ")}`);
  }

  private hasLink(name: string): boolean {
    return existsSync(this.path(`/sys/class/net/${name}`));
  }

  private path(path: string): string {
    return this.sandbox.pathOf(path);
  }

  private list(path: string): string[] {
    return existsSync(path) ? readdirSync(path).sort() : [];
  }
}

type Settings = Map<string, string[]>;

/** The command that makes a bridge. */
function made(said: Settings): string {
  const mac = said.get("MACAddress")?.[0];
  return `link add name ${one(said, "Name")} ${mac ? `address ${mac} ` : ""}type bridge stp_state ${one(said, "STP") === "true" ? 1 : 0} forward_delay ${Number(one(said, "ForwardDelaySec")) * 100}`;
}

/** The commands that give a link what its file says, and take from it what else it has. */
function configured(said: Settings, has: readonly string[]): string[] {
  const name = one(said, "Name");
  const [mtu] = said.get("MTUBytes") ?? [];
  const [bridge] = said.get("Bridge") ?? [];
  const addresses = said.get("Address") ?? [];
  const gateways = said.get("Gateway") ?? [];
  return [
    ...(mtu ? [`link set dev ${name} mtu ${mtu}`] : []),
    `link set dev ${name} ${bridge ? `master ${bridge}` : "nomaster"}`,
    `link set dev ${name} up`,
    ...has.filter((one) => !addresses.includes(one)).map((one) => `address del ${one} dev ${name}`),
    ...addresses.map((address) => `address replace ${address} dev ${name}`),
    ...gateways.map(
      (gateway, index) =>
        `route replace ${said.get("Destination")?.[index]} via ${gateway} dev ${name} proto static${said.get("Metric")?.[index] ? ` metric ${said.get("Metric")?.[index]}` : ""}`,
    ),
  ];
}

/** Sections aside: no key here is in two of them. */
function settings(text: string): Settings {
  const all: Settings = new Map();
  for (const line of text.split("\n")) {
    const at = line.indexOf("=");
    if (at > 0) all.set(line.slice(0, at), [...(all.get(line.slice(0, at)) ?? []), line.slice(at + 1)]);
  }
  return all;
}

function one(said: Settings, key: string): string {
  const [value] = said.get(key) ?? [];
  if (value === undefined) throw new Error(`no ${key}=`);
  return value;
}
