import type { Section } from "./networkUnit";

/**
 * NetworkManager's keyfiles (nm-settings-keyfile(5)), as GLib reads them: comments are lines of their own, nothing goes on in
 * the next line, and of a key that stands twice in a section the last one counts.
 */
export function keyfileSections(text: string): Section[] {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.split("\n").map((one) => one.trimStart())) {
    if (line === "" || line.startsWith("#")) continue;
    const [, name] = /^\[([^\]]+)\]\s*$/.exec(line) ?? [];
    if (name !== undefined) {
      current = sections.get(usual(name)) ?? new Map<string, string>();
      sections.set(usual(name), current);
      continue;
    }
    const [, key, value = ""] = /^([^=]+?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined) current?.set(key, value);
  }
  return [...sections].map(([name, entries]) => ({ name, entries: [...entries] }));
}

/** Sections that have two names. */
const usual = (name: string) => ({ "802-3-ethernet": "ethernet", "802-11-wireless": "wifi" })[name] ?? name;

/** One key's value; undefined: the file does not say it. */
export function valueIn(sections: readonly Section[], section: string, key: string): string | undefined {
  const found = sections.find(({ name }) => name === section)?.entries.find(([one]) => one === key);
  return found?.[1];
}

/** The bridge, bond or team that a profile makes its link a port of: by its name, or by its profile's UUID (nm-settings(5)). */
export function controllerOf(sections: readonly Section[]): string | undefined {
  return valueIn(sections, "connection", "controller") || valueIn(sections, "connection", "master") || undefined;
}

/** A profile of NetworkManager's that a link has now. */
export interface Profile {
  readonly uuid: string;
  /** "activated" once it is through; "activating" while it waits for DHCP. */
  readonly state: string;
  /** Its keyfile. */
  readonly path: string;
  /** Where it asks DHCP. */
  readonly identity?: DhcpIdentity | undefined;
}

/** What DHCP servers know a host by, in NetworkManager's words: bytes with colons between them. */
export interface DhcpIdentity {
  /** Of DHCPv4. */
  readonly clientId: string | undefined;
  /** Of DHCPv6, which a router has a host ask. */
  readonly duid: string | undefined;
  readonly iaid: string | undefined;
}

/** What NetworkManager tells of its profiles that are active. */
export interface ActiveProfiles {
  /** By the link. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** The UUIDs of all profiles by their file: one that says none, as netplan's do not, gets one of NetworkManager's. */
  readonly profileIds: ReadonlyMap<string, string>;
  /** Connections that end with NetworkManager, in words: "office (vpn)". All others outlive it. */
  readonly ending: readonly string[];
}

const ends = /^(802-11-wireless|vpn|gsm|cdma|bluetooth|pppoe|adsl|wifi-p2p)$/;

/** Of `nmcli -t -f UUID,DEVICE,STATE,TYPE,NAME,FILENAME connection show`; of one that is not active, device and state are empty. A colon in a value has a backslash before it. */
export function parseProfiles(text = ""): ActiveProfiles {
  const all = text.split("\n").map((line) => {
    const words = line.match(/(?:\\.|[^:\\])+|(?<=:)(?=:|$)/g) ?? [];
    const [uuid = "", device = "", state = "", type = "", name = "", path = ""] = words.map((word) =>
      word.replaceAll(/\\(.)/g, "$1"),
    );
    return { uuid, device, state, type, name, path };
  });
  const active = all.filter(({ state }) => state !== "");
  return {
    profileIds: new Map(all.filter(({ path }) => path !== "").map(({ path, uuid }) => [path, uuid])),
    // A VPN's is told with the link that it goes over.
    profiles: new Map(
      active
        .filter(({ device, type }) => device !== "" && type !== "vpn")
        .map(({ device, uuid, state, path }) => [device, { uuid, state, path }]),
    ),
    ending: active
      .filter(({ type }) => ends.test(type))
      .map(({ name, type }) => `${name} (${type === "802-11-wireless" ? "Wi-Fi" : type})`),
  };
}
