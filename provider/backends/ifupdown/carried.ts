import ipaddr from "ipaddr.js";
import { expressionOf } from "../../host/facts/glob";
import { addressOf, isOfDhcp, type Program } from "../../host/facts/inIfupdownsWords";
import { ifaceOf, type OptionLine, type Stanza, sourcedFiles, stanzasOf } from "../../host/facts/interfacesFile";
import { Refusal } from "../../schema/refusal";
import { strayMark, withoutMarks } from "./marks";
import { refuseDhcp6 } from "./owner";

/** What a NIC's stanza may have where that becomes the bridge's. */
const carried = {
  ifupdown:
    /^(address|netmask|broadcast|network|gateway|metric|mtu|accept_ra|autoconf|privext|dad-attempts|dad-interval|preferred-lifetime|description|hostname|client|vendor|leasehours|leasetime|dns-.+|(pre-|post-)?(up|down))$/,
  ifupdown2:
    /^(address|netmask|broadcast|scope|gateway|metric|mtu|preferred-lifetime|address-purge|alias|description|hostname|dns-.+|(pre-|post-)?(up|down))$/,
};
/** Of which a stanza of ifupdown2's may have several. */
const several = /^(address|netmask|broadcast|scope|gateway|preferred-lifetime)$/;
type Iface = NonNullable<ReturnType<typeof ifaceOf>>;
const hook = /^(pre-|post-)?(up|down)$/;

/** What ifupdown's files say of a NIC, in the one file that says it. */
export interface NicStanzas {
  readonly program: Program;
  readonly path: string;
  readonly text: string;
  /** Its `iface` stanzas, and the lines that bring it up. */
  readonly ifaces: readonly Stanza[];
  readonly selections: readonly Stanza[];
  /** Whether they give the NIC no addressing, and so stay what they are beside a bridge's. */
  readonly stays: boolean;
}

/** @throws Refusal of what can't go over to a bridge, by its name, with what to write instead */
export function nicStanzas(
  files: ReadonlyMap<string, string>,
  nic: string,
  bridge: string,
  program: Program,
): NicStanzas {
  const { read, unavailable } = sourcedFiles(files);
  const [unread] = unavailable;
  if (unread !== undefined)
    refuse(`ifupdown sources ${unread}, which kvmnet does not read. Write it into /etc/network/interfaces.d`);
  const naming = [...read].flatMap(([path, text]) => {
    const stanzas = stanzasOf(text);
    for (const stanza of stanzas) refuseStanza(path, stanza, nic, bridge);
    const ifaces = stanzas.filter((one) => ifaceOf(one)?.name === nic);
    const selections = stanzas.filter((one) => selects.test(one.key) && one.value.split(/\s+/).includes(nic));
    return ifaces.length + selections.length > 0 ? [{ path, text, ifaces, selections }] : [];
  });
  const [found, ...more] = naming;
  if (found === undefined) return refuse(`${nic} stands in no file of ifupdown's. Describe it there first`);
  if (more.length > 0)
    refuse(`${nic} stands in ${naming.map(({ path }) => path).join(" and in ")}. Write all of it into one of them`);
  const stays = isBeside(files, nic, program);
  const own = { ...found, program, stays };
  if (program === "ifupdown2") refuseTemplate(own.path, own.text);
  if (own.selections.length === 0 && !stays)
    refuse(`${nic} is in no auto or allow-hotplug line of ${own.path}, and so would no bridge be up after a restart`);
  if (own.text.endsWith("\\"))
    refuse(`${own.path} ends with a backslash, by which what comes after it would be of its last line. Take that out`);
  const mark = strayMark(own.text, bridge);
  if (mark !== undefined)
    refuse(
      `the comment ${JSON.stringify(mark)} in ${own.path} is as kvmnet writes its own, which go away with ${bridge}. Take it out`,
    );
  for (const stanza of own.ifaces) (stays ? refuseHooks : refuseOptions)(own.path, stanza, nic, program);
  return own;
}

/** Whether a NIC's stanzas have it ask DHCP. */
export const asksDhcp = ({ ifaces }: NicStanzas): boolean => ifaces.some(isOfDhcp);

const allStanzas = (files: ReadonlyMap<string, string>) => [...sourcedFiles(files).read.values()].flatMap(stanzasOf);

/** Whether a bridge's stanza stands beside a NIC's, which gives that no addressing. */
export function isBeside(files: ReadonlyMap<string, string>, nic: string, program: Program): boolean {
  const ifaces = allStanzas(files).filter((one) => ifaceOf(one)?.name === nic);
  return program === "ifupdown2" && ifaces.length > 0 && ifaces.every(isBare);
}

/** Whether a line of ifupdown's files brings a link up, by its name. */
export function isSelected(files: ReadonlyMap<string, string>, link: string): boolean {
  return allStanzas(files).some(({ key, value }) => selects.test(key) && value.split(/\s+/).includes(link));
}

/** Whether a file of ifupdown's names a link in what it does, beside what is kvmnet's in it. */
export function namesInOptions(text: string, link: string, other: string): boolean {
  const plain = [link, other].reduce(withoutMarks, text);
  return stanzasOf(plain).some(({ options }) => options.some(({ value }) => names(value, link)));
}

/** Also in "net.ipv4.conf.enp1s0.forwarding". */
function names(value: string, link: string): boolean {
  return new RegExp(`(^|[^\\w-])${link.replaceAll(".", "\\.")}($|[^\\w-])`).test(value);
}

const selects = /^(auto|allow-.+)$/;

function refuse(why: string): never {
  throw new Refusal(`uplink: ${why}, or take another NIC.`);
}

/** Of any stanza, whether it has to do with the NIC otherwise than in a way that can go over. */
function refuseStanza(path: string, stanza: Stanza, nic: string, bridge: string): void {
  const { key, value } = stanza;
  const words = value.split(/\s+/);
  const line = `the line ${JSON.stringify(`${key} ${value}`)} in ${path}`;
  const iface = ifaceOf(stanza);
  if (words.includes(bridge) && key !== "source") refuse(`${line} names ${bridge} already. Take it out`);
  if (iface) refuseOtherIface(line, iface, words, nic);
  else for (const link of [nic, bridge]) refuseOther(line, key, words, link);
}

function refuseOtherIface(line: string, iface: Iface, [, ...words]: readonly string[], nic: string): void {
  const { name, family, method, more } = iface;
  if (name.startsWith(`${nic}:`)) refuse(`${line} is of an alias of ${nic}. Write "iface ${nic} …" in its place`);
  if (name.startsWith(`${nic}.`)) refuse(`${line} is of a VLAN on ${nic}. Take it out`);
  if (words.includes(nic)) refuse(`${line} inherits from ${nic}. Write out in it what that says`);
  if (name !== nic) return;
  if (words.includes("inherits")) refuse(`${line} inherits. Write out in it what it inherits`);
  if (more.length > 0)
    refuse(`${line} has more behind ${method} than kvmnet knows. Write "iface ${nic} ${family} ${method}"`);
}

/** A line that says what becomes of links: the NIC's go on to be said of the bridge, and patterns may mean either. */
function refuseOther(line: string, key: string, words: readonly string[], link: string): void {
  const isMeant = (one: string) => one === link || isPattern(one, link);
  if (key === "mapping" && words.some((one) => globOf(one).test(link)))
    refuse(`${line} maps ${link} to another name. Write patterns that leave it out, and "iface ${link} …" for it`);
  if (key === "rename" && words.some((one) => one.split("=").some(isMeant)))
    refuse(`${line} renames ${link}. Have a .link file of systemd's name it`);
  if (/^(no-auto-down|no-scripts)$/.test(key) && words.some(isMeant))
    refuse(`${line} names ${link}, which is a bridge or its port then. Take it out of that`);
  if (selects.test(key) && words.some((one) => one.startsWith(`${link}=`) || isPattern(one, link)))
    refuse(`${line} means ${link} by a pattern. Write the names of the NICs in its place`);
}

/** interfaces(5), "/eth*": by what else than names it goes is not known here, and may be any NIC. */
function isPattern(word: string, nic: string): boolean {
  const [variable = "", glob = ""] = word.split("=")[0]?.split("/") ?? [];
  return word.includes("/") && (variable !== "" || globOf(glob).test(nic));
}

/** One with brackets may mean any. */
const globOf = (glob: string) => (/[[\\]/.test(glob) ? /^/ : new RegExp(`^${expressionOf(glob)}$`));

function refuseOptions(path: string, stanza: Stanza, nic: string, program: Program): void {
  const { family = "", method = "" } = ifaceOf(stanza) ?? {};
  const where = `"iface ${stanza.value}" in ${path}`;
  refuseMethod(where, family, method, nic, program);
  for (const option of stanza.options) refuseOption(where, option, nic, program);
  const keys = stanza.options.map(({ key }) => key).filter((key) => !hook.test(key) && !key.startsWith("dns-"));
  const isSeveral = (key: string) => program === "ifupdown2" && several.test(key);
  const twice = keys.find((key, at) => keys.indexOf(key) < at && !isSeveral(key));
  if (twice !== undefined)
    refuse(`${where} has ${twice} twice, of which ${program} takes one or none. Write each in a stanza of its own`);
  if (isOfDhcp(stanza) || method === "manual" || method === "auto") return;
  const cidrs = addressOf(stanza, program);
  const isOf = (cidr: string) => program === "ifupdown2" || cidr.includes(":") === (family === "inet6");
  const unread = cidrs.find((cidr) => !ipaddr.isValidCIDR(cidr) || !isOf(cidr));
  if (unread !== undefined || (cidrs.length === 0 && program === "ifupdown"))
    refuse(
      `${where} has no address of ${family || "inet"} that kvmnet can read. Write "address ${family === "inet6" ? "2001:db8::10/64" : "192.0.2.10/24"}"`,
    );
  const masks = stanza.options.filter(({ key }) => key === "netmask").length;
  const part = stanza.options
    .filter(({ key }) => key === "address")
    .find(({ value }, at) => !/[/:]/.test(value) && masks <= (program === "ifupdown2" ? at : 0));
  if (part !== undefined) refuse(`${where} has an address without its prefix. Write "address ${part.value}/24"`);
}

function refuseMethod(where: string, family: string, method: string, nic: string, program: Program): void {
  if (program === "ifupdown2") {
    if (/^(dhcp6|dhcp)$/.test(method) && (family === "inet6" || method === "dhcp6")) refuseDhcp6(nic, where);
    if (family === "" || (/^(static|manual|dhcp)$/.test(method) && /^inet6?$/.test(family))) return;
  } else {
    const own = family === "inet6" ? "auto" : "dhcp";
    if (method === "dhcp" && family === "inet6") refuseDhcp6(nic, where);
    if ((method === "static" || method === "manual" || method === own) && /^inet6?$/.test(family)) return;
  }
  refuse(`${where} is of a method that kvmnet does not know. Write static or manual there`);
}

/** ifupdown2 has a template rendered before it reads it, of which nobody can tell here what comes out. */
function refuseTemplate(path: string, text: string): void {
  const line = text.split("\n").find((one) => /^\s*%|<%|\$\{/.test(one));
  if (text.includes("%") && line !== undefined)
    refuse(`${path} is a template, by its line ${JSON.stringify(line.trim())}. Write out what it says`);
  const comment = text.split("\n").find((one) => /^\s*#.*\\\s*$/.test(one));
  if (comment !== undefined)
    refuse(
      `the comment ${JSON.stringify(comment.trim())} in ${path} ends with a backslash, by which ifupdown2 takes the next line into it. Take that out`,
    );
}

/** ifupdown2 sets addresses of a stanza of any method. */
function isBare(stanza: Stanza): boolean {
  return !isOfDhcp(stanza) && !stanza.options.some(({ key }) => /^(address|gateway|netmask)$/.test(key));
}

/** What sets up the NIC goes on to do so; what gives it an address would do that beside the bridge's. */
const addresses =
  /(^|[\s/;&|(])(ip(\s+-\S+)*\s+(a|addr|address|r|ro|route|rule|ru)\b|(dhclient|dhcpcd|udhcpc|ifconfig|route)\s)/;

function refuseHooks(path: string, { options, value: said }: Stanza): void {
  for (const { key, value } of options) {
    if (hook.test(key) && addresses.test(value))
      refuse(
        `"iface ${said}" in ${path} has the line ${JSON.stringify(`${key} ${value}`)}, by which the NIC would have an addressing beside the bridge's. Write it into the bridge's addressing`,
      );
    if (key === "mtu" && !/^\d+$/.test(value))
      refuse(`"iface ${said}" in ${path} has the line "mtu ${value}", in which there is more. Write a number alone`);
  }
}

function refuseOption(where: string, { key, value }: OptionLine, nic: string, program: Program): void {
  const line = JSON.stringify(`${key} ${value}`);
  if (value === "" && selects.test(key))
    refuse(`${where} has the line "${key}" within it. Write "${key} ${nic}" before it`);
  if (!carried[program].test(key))
    refuse(`${where} has the option ${key}, of which kvmnet does not know what becomes on a bridge. Take it out`);
  if (hook.test(key)) {
    if (/(^|[\s/;&|(])(ethtool|mii-tool)\s/.test(value))
      refuse(
        `${where} sets up hardware in its line ${line}, and a bridge has no hardware. Have a .link file of systemd's (systemd.link(5)) do it`,
      );
    if (names(value, nic)) refuse(`${where} names ${nic} in its line ${line}. Write $IFACE in its place`);
    return;
  }
  const [, what = "", form = /^/] = forms.find(([keys]) => keys.test(key)) ?? [];
  // ifupdown gives it to a shell, for which more may stand in it than a value.
  if (!form.test(value)) refuse(`${where} has the line ${line}, in which there is more. Write ${what} alone`);
}

/** What an option's value is to be; of others it may be anything. */
const forms: readonly (readonly [keys: RegExp, what: string, form: RegExp])[] = [
  [/^(address|gateway)$/, "an address", /^[0-9a-fA-F.:]+(\/[0-9.]+)?$/],
  [/^(metric|mtu)$/, "a number", /^\d+$/],
  [/^(?!dns-|description$)/, "one word", /^[\w.:/+-]+$/],
];
