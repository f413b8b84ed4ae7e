import type { Facts } from "../../../provider/host/facts/facts";
import type { Address, Hop, Link, PermanentNeighbour, Route } from "../../../provider/host/facts/links";
import { bridgeSettings, portOptions } from "../../../provider/kernel/lines";
import { portVlanWords } from "../../../provider/kernel/vlans";
import { link as linkOf } from "./facts";

/** A kernel as far as `ip -batch` changes it: links, masters, MAC addresses, MTUs, bridges, ports, addresses, routes, neighbours. */

type Words = string[];
type Settings = NonNullable<Link["settings"]>;

/** The facts once a batch is through. As with -force, a line that fails changes nothing. */
export function applyBatch(facts: Facts, lines: readonly string[]): Facts {
  return lines.reduce((now, text) => {
    const [object = "", command = "", ...words] = text.split(" ");
    if (object === "link" && command === "set") return setLink(now, words);
    if (object === "address") return setAddress(now, command, words);
    if (object === "route") return setRoute(now, command, words);
    if (object === "neigh") return setNeighbour(now, command, words);
    throw new Error(`The model knows no ${text}`);
  }, facts);
}

/** The same of `bridge -batch`: the VLANs that ports are in (net/bridge/br_vlan.c). */
export function applyVlans(facts: Facts, lines: readonly string[]): Facts {
  return lines.reduce((now, text) => {
    const [, name = "", state] = /^link set dev (\S+) state ([03])$/.exec(text) ?? [];
    if (state !== undefined)
      return changed(now, name, (link) => ({ ...link, portState: state === "0" ? "disabled" : "forwarding" }));
    const [, verb, from, to = from, port = "", words = ""] =
      /^vlan (add|del) vid (\d+)(?:-(\d+))? dev (\S+)(.*)$/.exec(text) ?? [];
    if (verb === undefined) throw new Error(`The model knows no ${text}`);
    const ids = Array.from({ length: Number(to) - Number(from) + 1 }, (_, at) => Number(from) + at);
    const [pvid, bare, adds] = [words.includes("pvid"), words.includes("untagged"), verb === "add"];
    return changed(now, port, (link) => {
      const { vlans = none } = link;
      if (link.master === undefined) return link;
      const less = (list: readonly number[]) => list.filter((one) => !ids.includes(one));
      const kept = vlans.pvid !== undefined && ids.includes(vlans.pvid) ? undefined : vlans.pvid;
      const untagged = [...less(vlans.untagged), ...(adds && bare ? ids : [])];
      const tagged = [...less(vlans.tagged), ...(adds && !bare ? ids : [])].sort((one, other) => one - other);
      return { ...link, vlans: { pvid: adds && pvid ? ids[0] : kept, untagged, tagged } };
    });
  }, facts);
}

const none = { pvid: undefined, untagged: [], tagged: [] };
const each = { pvid: 1, untagged: [1], tagged: [] };

/** As networkd makes one from its .netdev file; a VLAN with what it is on and its number. */
export function addBridge(facts: Facts, line: string): Facts {
  const [name = "", on, vlan] = line.split(" ");
  const parent = facts.links.find((one) => one.name === on);
  if (parent) {
    const { mac, mtu } = parent;
    const vlanLink = linkOf(name, { kind: "vlan", mac, mtu, parent: parent.name, vlan: Number(vlan) });
    return { ...facts, links: [...facts.links, vlanLink] };
  }
  const made = linkOf(name, {
    kind: "bridge",
    mac: "4e:00:00:00:00:01",
    forwardDelay: 15,
    settings: given(bridgeSettings),
  });
  return { ...facts, links: [...facts.links, made] };
}

/** With all that is on it; its ports are free. */
export function deleteLink(facts: Facts, name: string): Facts {
  const left = facts.links.filter((link) => link.name !== name);
  return {
    ...facts,
    links: left.map((link) => (link.master === name ? freed(link) : link)),
    routes: facts.routes.filter(({ device }) => device !== name),
    permanentNeighbours: facts.permanentNeighbours.filter(({ device }) => device !== name),
  };
}

function given(options: typeof bridgeSettings): Settings {
  return Object.fromEntries(Object.entries(options).map(([key, [, [value = 0]]]) => [key, value]));
}

function freed(link: Link): Link {
  const { vlans: _, ...rest } = link;
  return { ...rest, master: undefined, portSettings: undefined, portState: undefined };
}

function after(words: Words, key: string): string | undefined {
  const at = words.indexOf(key);
  return at < 0 ? undefined : words[at + 1];
}

function changed(facts: Facts, name: string, change: (link: Link) => Link): Facts {
  return { ...facts, links: facts.links.map((link) => (link.name === name ? change(link) : link)) };
}

function settingOf(word: string, options: typeof bridgeSettings, key: string): string | number | boolean {
  const [, [like]] = options[key] ?? ["", []];
  if (typeof like === "boolean") return word === "on";
  return typeof like === "number" ? Number(word) : word;
}

function setLink(facts: Facts, words: Words): Facts {
  const name = after(words, "dev") ?? "";
  const type = after(words, "type");
  if (type !== undefined) {
    const options = type === "bridge" ? bridgeSettings : portOptions;
    const [word = "", value = ""] = words.slice(words.indexOf(type) + 1);
    return changed(facts, name, (link) => {
      if (word === "state") return { ...link, portState: value === "0" ? "disabled" : "forwarding" };
      if (word === "stp_state") return { ...link, stp: value === "1" };
      if (word === "forward_delay") return { ...link, forwardDelay: Number(value) / 100 };
      const key = Object.keys(options).find((one) => options[one]?.[0] === word);
      if (key === undefined) throw new Error(`The model knows no ${word} of a ${type}`);
      const field = type === "bridge" ? "settings" : "portSettings";
      return { ...link, [field]: { ...link[field], [key]: settingOf(value, options, key) } };
    });
  }
  const master = after(words, "master");
  const mtu = after(words, "mtu");
  const mac = after(words, "address");
  return changed(facts, name, (link) => ({
    ...(words.includes("nomaster") ? freed(link) : link),
    ...(master !== undefined &&
      link.master !== master && { master, portSettings: given(portOptions), portState: "forwarding", vlans: each }),
    ...(mtu !== undefined && { mtu: Number(mtu) }),
    ...(mac !== undefined && { mac }),
    ...(words.includes("up") && { up: true }),
    ...(words.includes("down") && { up: false }),
  }));
}

function setAddress(facts: Facts, command: string, words: Words): Facts {
  const [first = ""] = words;
  const peered = words[1] === "peer";
  const [end = "", prefix] = ((peered ? words[2] : first) ?? "").split("/");
  const local = peered ? first : end;
  const name = after(words, "dev") ?? "";
  const valid = after(words, "valid_lft");
  const metric = after(words, "metric");
  const isIt = (one: Address) =>
    one.local === local && one.prefix === Number(prefix) && one.peer === (peered ? end : undefined);
  if (command === "del") {
    const less = changed(facts, name, (link) => ({ ...link, addresses: link.addresses.filter((one) => !isIt(one)) }));
    const here = less.links.some(({ addresses }) => addresses.some((one) => one.local === local));
    return here ? less : { ...less, routes: less.routes.filter(({ source }) => source !== local) };
  }
  const family = local.includes(":") ? "inet6" : "inet";
  const label = after(words, "label")?.slice(name.length + 1);
  const made: Address = {
    ...{ family, local, prefix: Number(prefix), dynamic: false },
    scope: after(words, "scope") ?? "global",
    flags: new Set(words.filter((word) => ["noprefixroute", "mngtmpaddr", "autojoin", "home", "nodad"].includes(word))),
    validLifetime: valid === undefined ? Number.POSITIVE_INFINITY : Number(valid),
    preferredLifetime: valid === undefined ? Number.POSITIVE_INFINITY : Number(after(words, "preferred_lft")),
    broadcast: after(words, "broadcast"),
    metric: metric === undefined ? undefined : Number(metric),
    ...(peered && { peer: end }),
    ...(label !== undefined && { label }),
  };
  return changed(facts, name, (link) => {
    const there = link.addresses.find(isIt);
    if (!there) return { ...link, addresses: [...link.addresses, made] };
    // Of one that is there, the kernel changes no more than this (net/ipv4/devinet.c, inet_rtm_newaddr).
    const { flags, validLifetime, preferredLifetime, metric } = made;
    const now = { ...there, flags, validLifetime, preferredLifetime, metric };
    return { ...link, addresses: link.addresses.map((one) => (one === there ? now : one)) };
  });
}

function isRoute(one: Route, other: Route): boolean {
  return (
    one.family === other.family &&
    one.destination === other.destination &&
    (one.metric ?? 0) === (other.metric ?? 0) &&
    one.table === other.table
  );
}

const known = ["via", "dev", "proto", "scope", "src", "metric", "table", "onlink", "expires"];

function setRoute(facts: Facts, command: string, [to = "", ...all]: Words): Facts {
  const [main = [], ...nexthops] = all
    .join(" ")
    .split(" nexthop ")
    .map((part) => part.split(" "));
  const hops = nexthops.map(readHop);
  const family = to.includes(":") ? "inet6" : "inet";
  const number = (key: string) => (after(main, key) === undefined ? undefined : Number(after(main, key)));
  const { weight: _, ...hop } = readHop(main);
  const made: Route = {
    ...{ family, type: "unicast", protocol: after(main, "proto") ?? "boot", scope: after(main, "scope") },
    destination: to === "0.0.0.0/0" || to === "::/0" ? "default" : to,
    ...hop,
    ...{
      source: after(main, "src"),
      metric: number("metric"),
      table: after(main, "table"),
      expires: number("expires"),
    },
    attributes: others(main) || undefined,
  };
  if (command === "del") {
    const goes = (one: Route) =>
      isRoute(one, made) && (one.hops !== undefined || (one.device === made.device && one.gateway === made.gateway));
    return { ...facts, routes: facts.routes.filter((one) => !goes(one)) };
  }
  const ways = hops.length === 0 ? [made] : hops.map(({ weight: _weight, ...one }) => ({ ...made, ...one, hops }));
  return { ...facts, routes: placed(facts.routes, ways, command) };
}

/**
 * Of routes that are one for the kernel but for their ways, `replace` takes the first's place, whosever that is, and fails
 * on one that is there and is not the first (net/ipv4/fib_trie.c, fib_table_insert). IPv6 takes the place of all that it
 * could go together with (net/ipv6/ip6_fib.c, fib6_add_rt2node).
 */
function placed(routes: readonly Route[], ways: readonly Route[], command: string): Route[] {
  const [made] = ways;
  if (!made) throw new Error("The model knows no route without a way");
  const same = routes.filter((one) => isRoute(one, made));
  const [first] = same;
  const whole = ({ expires: _, ...one }: Route) =>
    sorted(one.family === "inet6" ? [one.device, one.gateway] : { ...one, metric: one.metric ?? 0 });
  const exact = same.find((one) => whole(one) === whole(made));
  if (!first) return [...routes, ...ways];
  if (made.family === "inet6" && command === "replace") {
    const together = ({ gateway, hops }: Route) => gateway !== undefined || hops !== undefined;
    const alike = same.filter((one) => together(one) === together(made));
    const gone = alike.length === 0 ? [first] : together(made) ? alike : alike.slice(0, 1);
    return routes.flatMap((one) => (one === gone[0] ? ways : gone.includes(one) ? [] : [one]));
  }
  if (exact) return [...routes];
  const isFirst = (one: Route) =>
    one === first || (first.hops !== undefined && same.includes(one) && one.hops === first.hops);
  if (command === "replace") return routes.flatMap((one) => (one === first ? ways : isFirst(one) ? [] : [one]));
  const at = command === "prepend" ? routes.indexOf(first) : routes.lastIndexOf(same.at(-1) ?? first) + 1;
  return [...routes.slice(0, at), ...ways, ...routes.slice(at)];
}

function readHop(words: Words): Hop {
  const at = words.indexOf("via");
  const other = at >= 0 && words[at + 1]?.startsWith("inet") === true;
  return {
    gateway: at < 0 ? undefined : words[at + (other ? 2 : 1)],
    ...(other && { gatewayFamily: words[at + 1] as Hop["gatewayFamily"] }),
    device: after(words, "dev"),
    onlink: words.includes("onlink"),
    weight: Number(after(words, "weight") ?? 1),
  };
}

/** What is left of a route's words once those are out that have a place of their own. */
function others(words: Words): string {
  const left: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (!known.includes(word)) left.push(word);
    else if (word !== "onlink") at += word === "via" && words[at + 1]?.startsWith("inet") ? 2 : 1;
  }
  return left.join(" ");
}

function setNeighbour(facts: Facts, command: string, words: Words): Facts {
  const [address = ""] = words;
  const made: PermanentNeighbour = { address, device: after(words, "dev") ?? "", mac: after(words, "lladdr") ?? "" };
  const rest = facts.permanentNeighbours.filter((one) => one.address !== address || one.device !== made.device);
  return { ...facts, permanentNeighbours: command === "del" ? rest : [...rest, made] };
}

/** What of the facts is the kernel's to keep, a line each; in no order, but for the addresses of a link. */
export function networkOf(facts: Facts): string[] {
  const kept = (settings: Settings = {}, options: typeof bridgeSettings) =>
    sorted(
      Object.fromEntries(
        Object.entries(settings).filter(([key, value]) => options[key]?.[1].includes(value) === false),
      ),
    );
  const links = facts.links.flatMap((link) => [
    `${link.name} ${link.mac} mtu ${link.mtu} ${link.up ? "up" : "down"} in ${link.master} stp ${link.stp} ${link.forwardDelay}`,
    `${link.name} ${kept(link.settings, bridgeSettings)} ${kept(link.portSettings, portOptions)}`,
    // What each port is given is nothing of its own.
    `${link.name} ${portVlanWords(link.vlans ?? (link.master === undefined ? none : each))} ${link.portState === "disabled"}`,
    // The kernel makes a temporary one anew (RFC 8981), and each link's own of IPv6.
    ...link.addresses
      .filter(({ flags, preferredLifetime }) => !flags.has("temporary") && preferredLifetime > 0)
      .filter(({ family, scope }) => family === "inet" || scope !== "link")
      .map(({ dynamic: _, flags, ...address }) => {
        const set = [...flags].filter((flag) =>
          ["noprefixroute", "mngtmpaddr", "autojoin", "home", "nodad"].includes(flag),
        );
        return `${link.name} ${sorted({ ...address, flags: set.sort() })}`;
      }),
  ]);
  // Those of its own it makes of the addresses; and to IPv6, scopes mean nothing.
  const routes = facts.routes
    .filter(({ protocol }) => protocol !== "kernel")
    .map(({ scope, ...route }) => `route ${sorted(route.family === "inet" ? { ...route, scope } : route)}`);
  // Of several that are one but for their ways, IPv4 takes the first.
  const set = facts.routes.filter(({ protocol, family }) => protocol !== "kernel" && family === "inet");
  const first = set
    .filter((one) => set.find((other) => isRoute(one, other)) === one)
    .map(({ destination, metric = 0, table, device }) => `first ${sorted({ destination, metric, table, device })}`);
  return [...links, ...routes, ...first, ...facts.permanentNeighbours.map((one) => `neighbour ${sorted(one)}`)].sort();
}

function sorted(value: object): string {
  return JSON.stringify(value, (_, one) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one === Number.POSITIVE_INFINITY
        ? "forever"
        : one,
  );
}
