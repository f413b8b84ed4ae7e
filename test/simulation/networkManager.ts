import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import { stanzaOfProfile } from "../../provider/host/facts/inNetworkManagersWords";
import { controllerOf, keyfileSections, valueIn } from "../../provider/host/facts/keyfile";
import type { Section } from "../../provider/host/facts/networkUnit";
import type { Machine } from "./machine";

const folder = "/etc/NetworkManager/system-connections";
const devices = "/run/NetworkManager/devices";
/** What nmcli prints. */
const told = "/mnt/told";

/** nmcli, as the facts ask it. */
export const nmcli = `#!/bin/sh
case $* in
"-t -f DEVICE,STATE device") cat ${told}/devices ;;
"-t -f UUID,DEVICE,STATE,TYPE,NAME,FILENAME connection show") cat ${told}/connections ;;
"-t -f GENERAL.DEVICE,DHCP4,DHCP6 device show") ;;
*) exit 1 ;;
esac
`;

interface Profile {
  readonly path: string;
  readonly uuid: string;
  readonly link: string;
  readonly sections: readonly Section[];
}

interface Stanza {
  readonly addresses?: readonly string[];
  readonly routes?: readonly { readonly to: string; readonly via?: string; readonly metric?: number }[];
  readonly nameservers?: { readonly addresses?: readonly string[] };
}

/**
 * NetworkManager, as far as a bridge with fixed addresses needs it: a link of which /run tells the profile it takes over as it
 * is, and any other one it brings up by the profile that comes first.
 */
export class NetworkManager {
  running = false;
  private readonly known = new Map<string, Profile>();

  constructor(private readonly machine: Machine) {}

  async start(): Promise<void> {
    if (this.running) return;
    const profiles = this.profiles();
    if (profiles.length === 0) return;
    this.running = true;
    this.known.clear();
    // A bridge before its ports, which have it come up.
    const names = [...new Set(profiles.map(({ link }) => link))];
    const isPort = (name: string) => Number(controllerOf(best(profiles, name)?.sections ?? []) !== undefined);
    for (const name of names.sort((one, other) => isPort(one) - isPort(other))) {
      const kept = profiles.find(({ uuid }) => uuid === this.keptFor(name));
      const profile = kept ?? best(profiles, name);
      if (profile) await this.bringUp(profile, kept !== undefined);
    }
    await this.tell();
  }

  /** It leaves all that is as it is. */
  stop(): void {
    this.running = false;
    this.tellNothing();
  }

  stateOf(name: string): string[] {
    const profile = this.known.get(name);
    return profile ? ["100 (connected)", profile.uuid] : ["30 (disconnected)", ""];
  }

  private keptFor(name: string): string | undefined {
    const index = this.machine.read(`/sys/class/net/${name}/ifindex`)?.trim();
    return /^connection-uuid=(.*)$/m.exec(this.machine.read(`${devices}/${index}`) ?? "")?.[1];
  }

  private async bringUp(profile: Profile, isKept: boolean): Promise<void> {
    const { link, sections } = profile;
    this.known.set(link, profile);
    const lines: string[] = [];
    if (!existsSync(this.machine.path(`/sys/class/net/${link}`))) {
      if (valueIn(sections, "connection", "type") !== "bridge") return;
      const said = (key: string) => valueIn(sections, "bridge", key);
      lines.push(
        `ip link add ${link} address ${said("mac-address")} type bridge stp_state ${said("stp") === "false" ? 0 : 1} forward_delay ${Number(said("forward-delay")) * 100}`,
        `for file in /etc/NetworkManager/dispatcher.d/pre-up.d/*; do [ ! -e $file ] || sh $file ${link} pre-up; done`,
      );
    }
    const bridge = controllerOf(sections);
    if (!isKept) lines.push(`ip address flush dev ${link} scope global`);
    lines.push(bridge ? `ip link set dev ${link} master ${bridge} up` : `ip link set dev ${link} up`);
    if (!bridge) lines.push(...addressing(link, stanzaOfProfile(sections)));
    await this.machine.do(lines.join("\n"));
  }

  private async tell(): Promise<void> {
    const active = [...this.known].filter(([name]) => existsSync(this.machine.path(`/sys/class/net/${name}`)));
    const states = active.map(([name, { uuid, sections }]) => {
      const isOwned = valueIn(sections, "connection", "type") === "bridge";
      return `printf '[device]\\nmanaged=true\\nconnection-uuid=${uuid}\\nnm-owned=${isOwned}\\n' >${devices}/$(cat /sys/class/net/${name}/ifindex)`;
    });
    await this.machine.do([`mkdir -p ${devices} /run/systemd/resolve`, ...states].join("\n"));
    const servers = active.flatMap(
      ([, { sections }]) => (stanzaOfProfile(sections) as Stanza).nameservers?.addresses ?? [],
    );
    this.machine.write("/run/systemd/resolve/resolv.conf", servers.map((server) => `nameserver ${server}\n`).join(""));
    this.machine.write(`${told}/devices`, active.map(([name]) => `${name}:connected\n`).join(""));
    const activeBy = new Map(active.map(([name, { path }]) => [path, name]));
    const shown = this.profiles().map(({ uuid, path, sections }) => {
      const type = valueIn(sections, "connection", "type") === "bridge" ? "bridge" : "802-3-ethernet";
      const name = activeBy.get(path);
      return `${uuid}:${name ?? ""}:${name ? "activated" : ""}:${type}:${valueIn(sections, "connection", "id")}:${path}\n`;
    });
    this.machine.write(`${told}/connections`, shown.join(""));
  }

  private tellNothing(): void {
    this.machine.remove(told);
  }

  private profiles(): Profile[] {
    const there = this.machine.path(folder);
    const names = existsSync(there) ? readdirSync(there).filter((name) => name.endsWith(".nmconnection")) : [];
    return names.sort().map((name) => {
      const sections = keyfileSections(readFileSync(`${there}/${name}`, "utf8"));
      const said = (key: string) => valueIn(sections, "connection", key) ?? "";
      return { path: `${folder}/${name}`, uuid: said("uuid"), link: said("interface-name"), sections };
    });
  }
}

/** The one of the highest priority. */
function best(profiles: readonly Profile[], name: string): Profile | undefined {
  const priority = ({ sections }: Profile) => Number(valueIn(sections, "connection", "autoconnect-priority") ?? 0);
  return profiles.filter(({ link }) => link === name).sort((one, other) => priority(other) - priority(one))[0];
}

/** What is there already stays. The route to an address's network is its own, with the metric that all of the link have. */
function addressing(link: string, { addresses = [], routes = [] }: Stanza): string[] {
  const metric = routes[0]?.metric ?? 100;
  return [
    ...addresses.map((one) => `ip address add ${one} brd + noprefixroute dev ${link} 2>/dev/null || :`),
    ...addresses
      .filter((one) => isIP(one.replace(/\/.*/, "")) === 4)
      .map(
        (one) =>
          `ip route add ${one.replace(/\.\d+\//, ".0/")} dev ${link} proto kernel scope link src ${one.replace(/\/.*/, "")} metric ${metric} 2>/dev/null || :`,
      ),
    ...routes.map(
      (one) =>
        `ip route add ${one.to} via ${one.via} dev ${link} proto static metric ${one.metric ?? metric} 2>/dev/null || :`,
    ),
  ];
}
