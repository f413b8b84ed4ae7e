import { addressOf } from "../../host/facts/inIfupdownsWords";
import { ifaceOf, type SaidLine, type Stanza, sourcedFiles, stanzasOf } from "../../host/facts/interfacesFile";
import { Refusal } from "../refusal";

/** What a NIC's stanza may have where that becomes the bridge's. */
const carried =
  /^(address|netmask|broadcast|network|gateway|metric|mtu|accept_ra|autoconf|privext|dad-attempts|dad-interval|preferred-lifetime|description|dns-.+|(pre-|post-)?(up|down))$/;
const hook = /^(pre-|post-)?(up|down)$/;

/** What ifupdown's files say of a NIC, in the one file that says it. */
export interface NicStanzas {
  readonly path: string;
  readonly text: string;
  /** Its `iface` stanzas, and the lines that bring it up. */
  readonly ifaces: readonly Stanza[];
  readonly selections: readonly Stanza[];
}

/** @throws Refusal of what can't go over to a bridge, by its name, with what to write instead */
export function nicStanzas(files: ReadonlyMap<string, string>, nic: string, bridge: string): NicStanzas {
  const { read, others } = sourcedFiles(files);
  const [unread] = others;
  if (unread !== undefined)
    refuse(`ifupdown sources ${unread}, which kvmnet does not read. Write it into /etc/network/interfaces.d`);
  const naming = [...read].flatMap(([path, text]) => {
    const stanzas = stanzasOf(text);
    for (const stanza of stanzas) refuseStanza(path, stanza, nic, bridge);
    const ifaces = stanzas.filter((one) => ifaceOf(one)?.name === nic);
    const selections = stanzas.filter((one) => selects.test(one.key) && one.value.split(/\s+/).includes(nic));
    return ifaces.length + selections.length > 0 ? [{ path, text, ifaces, selections }] : [];
  });
  const [own, ...more] = naming;
  if (own === undefined) return refuse(`${nic} stands in no file of ifupdown's. Describe it there first`);
  if (more.length > 0)
    refuse(`${nic} stands in ${naming.map(({ path }) => path).join(" and in ")}. Write all of it into one of them`);
  if (own.selections.length === 0)
    refuse(`${nic} is in no auto or allow-hotplug line of ${own.path}, and so would no bridge be up after a restart`);
  for (const stanza of own.ifaces) refuseOptions(own.path, stanza, nic);
  return own;
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
  if (iface) {
    const { name, more } = iface;
    if (name.startsWith(`${nic}:`)) refuse(`${line} is of an alias of ${nic}. Write "iface ${nic} …" in its place`);
    if (name.startsWith(`${nic}.`)) refuse(`${line} is of a VLAN on ${nic}. Take it out`);
    if (more.includes(nic)) refuse(`${line} inherits from ${nic}. Write out in it what that says`);
    if (name === nic && more.length > 0) refuse(`${line} inherits. Write out in it what it inherits`);
    return;
  }
  if (key === "mapping" && words.some((one) => globOf(one).test(nic)))
    refuse(`${line} maps ${nic} to another name. Write "iface ${nic} …" in its place`);
  if (key === "rename" && words.some((one) => one.split("=").some((name) => name === nic || isPattern(name, nic))))
    refuse(`${line} renames ${nic}. Have a .link file of systemd's name it`);
  if (/^(no-auto-down|no-scripts)$/.test(key) && words.some((one) => one === nic || isPattern(one, nic)))
    refuse(`${line} names ${nic}, and would have to name ${bridge}. Take ${nic} out of it`);
  if (selects.test(key) && words.some((one) => one.startsWith(`${nic}=`) || isPattern(one, nic)))
    refuse(`${line} means ${nic} by a pattern. Write "${key} ${nic}" in its place`);
}

/** interfaces(5), "/eth*": by what else than names it goes is not known here, and may be any NIC. */
function isPattern(word: string, nic: string): boolean {
  const [variable = "", glob = ""] = word.split("=")[0]?.split("/") ?? [];
  return word.includes("/") && (variable !== "" || globOf(glob).test(nic));
}

function globOf(glob: string): RegExp {
  if (/[[\\]/.test(glob)) return /^/;
  const plain = glob.replaceAll(/[.+^${}()|]/g, "\\$&");
  return new RegExp(`^${plain.replaceAll(/\*+/g, ".*").replaceAll("?", ".")}$`);
}

function refuseOptions(path: string, stanza: Stanza, nic: string): void {
  const { family = "", method = "" } = ifaceOf(stanza) ?? {};
  const where = `"iface ${stanza.value}" in ${path}`;
  const known = method === "static" || method === "manual" || (family === "inet6" && method === "auto");
  if (method === "dhcp")
    refuse(
      `${nic} is ifupdown's, and asks DHCP (${where}): for now kvmnet bridges ifupdown's NICs with fixed addresses only. Write "iface ${nic} ${family} static" there`,
    );
  if (!known || !/^inet6?$/.test(family))
    refuse(`${where} is of a method that kvmnet does not know. Write static or manual there`);
  for (const option of stanza.options) refuseOption(where, option, nic);
  if (method !== "static") return;
  const has = (key: string) => stanza.options.some((one) => one.key === key);
  const [cidr] = addressOf(stanza);
  if (cidr === undefined || !/^[0-9a-fA-F.:]+\/\d+$/.test(cidr))
    refuse(`${where} has no address that kvmnet can read. Write "address 192.0.2.10/24"`);
  if (family === "inet" && !has("netmask") && !stanza.options.some((one) => /^\S+\/\d+$/.test(one.value)))
    refuse(`${where} has an address without its prefix. Write "address ${cidr.split("/")[0]}/24"`);
}

function refuseOption(where: string, { key, value }: SaidLine, nic: string): void {
  if (!carried.test(key))
    refuse(`${where} has the option ${key}, of which kvmnet does not know what becomes on a bridge. Take it out`);
  if (hook.test(key) && new RegExp(`(^|[^\\w.-])${nic.replaceAll(".", "\\.")}($|[^\\w-])`).test(value))
    refuse(`${where} names ${nic} in its line ${JSON.stringify(`${key} ${value}`)}. Write $IFACE in its place`);
}
