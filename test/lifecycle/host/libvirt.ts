import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { XMLBuilder, XMLParser } from "fast-xml-parser";
import type { Sandbox } from "./sandbox";
import type { Answer } from "./tools";

// biome-ignore lint/suspicious/noExplicitAny: XML as an object, attributes with "@" before them.
type Xml = any;

const form = { ignoreAttributes: false, attributeNamePrefix: "@", parseTagValue: false, format: true };
const parser = new XMLParser(form);
const builder = new XMLBuilder({ ...form, suppressEmptyNode: true, suppressBooleanAttributes: false });

interface Network {
  readonly name: string;
  readonly uuid: string;
  /** Of its next start. */
  defined: Xml;
  /** As it runs; undefined: it does not. */
  live: Xml | undefined;
  autostart: boolean;
}

interface Domain {
  readonly name: string;
  readonly uuid: string;
  running: boolean;
  live: Xml[];
  inactive: Xml[];
}

/** Of Debian's libvirt-daemon-config-nwfilter. */
const filters: ReadonlySet<string> = new Set(["clean-traffic", "no-mac-spoofing"]);

class VirshError extends Error {}

/** libvirt behind its own client: networks and VMs that have nothing but NICs. A running one's NIC has a TAP in the kernel. */
export class Libvirt {
  readonly networks: Network[] = [];
  readonly domains: Domain[] = [];
  /** Whether it answers who names no connection too, as 0.1.0 does. As on a host whose uri_default is another one, it does not. */
  isDefault = false;
  /** Its daemon's. */
  version = "11.3.0";
  #taps = 0;

  constructor(private readonly sandbox: Sandbox) {}

  /** A VM without a NIC. */
  define(name: string, { running = true, uuid = uuidOf(name) } = {}): Domain {
    const domain = { name, uuid, running, live: [], inactive: [] };
    this.domains.push(domain);
    return domain;
  }

  /** What nobody but a person does: a NIC of a VM, a network, a VM goes. */
  undefine(name: string): void {
    for (const list of [this.domains, this.networks] as { name: string }[][])
      list.splice(0, list.length, ...list.filter((one) => one.name !== name));
  }

  /** `virsh -q COMMAND...`, or several of them as one word. */
  async virsh(args: readonly string[], input: string): Promise<Answer> {
    const names = args.includes("-c");
    if (names ? args[args.indexOf("-c") + 1] !== "qemu:///system" : !this.isDefault)
      return { code: 1, stdout: "", stderr: "error: not the system's libvirt\n" };
    const words = args.filter((arg, at) => arg !== "-q" && arg !== "-c" && args[at - 1] !== "-c");
    const commands = words.length === 1 ? (words[0] ?? "").split(/ *; */) : [];
    let stdout = "";
    try {
      for (const command of commands.length > 0 ? commands.map((one) => one.replace(/^ +/, "").split(/ +/)) : [words])
        if (command[0]) stdout += `${await this.command(command, input)}\n`;
      return stdout;
    } catch (error) {
      if (!(error instanceof VirshError)) throw error;
      return { code: 1, stdout, stderr: `error: ${error.message}\n` };
    }
  }

  private async command([verb, ...args]: readonly string[], input: string): Promise<string> {
    const [of = ""] = args;
    switch (verb) {
      case "echo":
        return args.join(" ");
      case "net-list":
        return this.networks.map(({ uuid }) => uuid).join("\n");
      case "list":
        if (args.includes("--transient") || args.includes("--with-managed-save")) return "";
        return this.domains.map(({ uuid }) => uuid).join("\n");
      case "net-info":
        return info(this.network(of));
      case "net-dumpxml": {
        const { live, defined } = this.network(args.at(-1) ?? "");
        return xmlOf("network", of === "--inactive" ? defined : (live ?? defined));
      }
      case "nwfilter-dumpxml":
        if (!filters.has(of)) throw new VirshError(`Network filter not found: no nwfilter with matching name '${of}'`);
        return `<filter name="${of}"/>`;
      case "version":
        return `Running hypervisor: QEMU 10.0.2\nRunning against daemon: ${this.version}`;
      case "domifaddr":
        return "";
      case "domstate":
        return this.domain(of).running ? "running" : "shut off";
      case "dumpxml":
        return this.domainXml(args.at(-1) ?? "", of === "--inactive");
      case "net-define":
        return this.defineNetwork(input);
      case "net-autostart":
        this.network(of).autostart = !args.includes("--disable");
        return "";
      case "net-start":
        return this.startNetwork(this.network(of));
      case "net-destroy":
        this.network(of).live = undefined;
        return "";
      case "net-undefine":
        this.undefine(this.network(of).name);
        return "";
      case "attach-device":
        return this.attach(this.domain(of), args, interfaceIn(input));
      case "update-device":
        return this.update(this.domain(of), args, interfaceIn(input));
      case "detach-interface":
        return this.detach(this.domain(of), args);
      default:
        throw new Error(`virsh ${verb} ${args.join(" ")}`);
    }
  }

  private defineNetwork(input: string): string {
    const xml = parser.parse(input).network;
    const uuid = xml.uuid ?? uuidOf(xml.name);
    const there = this.networks.find((one) => one.uuid === uuid);
    if (!there && this.networks.some(({ name }) => name === xml.name))
      throw new VirshError(`operation failed: network '${xml.name}' already exists`);
    if (there) there.defined = { ...xml, uuid };
    else this.networks.push({ name: xml.name, uuid, defined: { ...xml, uuid }, live: undefined, autostart: false });
    return "";
  }

  private startNetwork(network: Network): string {
    if (network.live) throw new VirshError("Requested operation is not valid: network is already active");
    network.live = network.defined;
    return "";
  }

  private async attach(domain: Domain, args: readonly string[], nic: Xml): Promise<string> {
    const mac = nic.mac["@address"];
    for (const [flag, nics] of sides(domain, args)) {
      if (nics.some((one) => one.mac["@address"] === mac))
        throw new VirshError(`the domain has a device ${mac} already`);
      nics.push(flag === "--live" ? await this.plug(nic) : nic);
    }
    return "";
  }

  private async update(domain: Domain, args: readonly string[], nic: Xml): Promise<string> {
    for (const [flag, nics] of sides(domain, args)) {
      const at = nics.findIndex((one) => one.mac["@address"] === nic.mac["@address"]);
      if (at < 0) throw new VirshError("no device matching MAC address found");
      const actual = this.actual(nic);
      const types = [nics[at], actual].map((one) => one["@type"]);
      if (
        flag === "--live" &&
        types.includes("direct") &&
        (types[0] !== types[1] || !isDeepStrictEqual(source(nics[at]), source(actual)))
      )
        throw new VirshError(`Operation not supported: unable to change config on '${types[0]}' network type`);
      nics[at] = flag === "--live" ? await this.plug(nic, nics[at].target["@dev"]) : nic;
    }
    return "";
  }

  private async detach(domain: Domain, args: readonly string[]): Promise<string> {
    const mac = args[args.indexOf("--mac") + 1];
    for (const [flag, nics] of sides(domain, args)) {
      const at = nics.findIndex((one) => one.mac["@address"] === mac);
      if (at < 0) throw new VirshError(`no interface found whose MAC address is ${mac}`);
      const [nic] = nics.splice(at, 1);
      if (flag === "--live") await this.ip([`link delete dev ${nic.target["@dev"]}`]);
    }
    return "";
  }

  /** One on a network of macvtaps is one. */
  private actual(nic: Xml): Xml {
    const forward = this.networks.find(({ name }) => name === nic.source["@network"])?.live?.forward;
    const device = [forward?.interface ?? []].flat()[0]?.["@dev"];
    if (device === undefined) return nic;
    return { ...nic, "@type": "direct", source: { ...nic.source, "@dev": device, "@mode": forward["@mode"] } };
  }

  /** As it runs: with a TAP in the bridge that it is on. */
  private async plug(said: Xml, had?: string): Promise<Xml> {
    const nic = this.actual(said);
    if (nic["@type"] === "direct")
      return had === undefined ? this.plugDirectly(nic) : { ...nic, target: { "@dev": had } };
    const network = nic.source["@network"];
    const bridge: string | undefined =
      network === undefined ? nic.source["@bridge"] : this.network(network).live?.bridge["@name"];
    if (bridge === undefined)
      throw new VirshError(`Requested operation is not valid: network '${network}' is not active`);
    if (!existsSync(this.sandbox.pathOf(`/sys/class/net/${bridge}/bridge`)))
      throw new VirshError(`Cannot get interface MTU on '${bridge}': No such device`);
    const tap = had ?? `vnet${this.#taps++}`;
    await this.ip([
      ...(had === undefined ? [`tuntap add dev ${tap} mode tap`] : []),
      `link set dev ${tap} master ${bridge}`,
      `link set dev ${tap} up`,
      `link set dev ${tap} type bridge_slave isolated ${nic.port?.["@isolated"] === "yes" ? "on" : "off"}`,
    ]);
    return { ...nic, source: { ...nic.source, "@bridge": bridge }, target: { "@dev": tap } };
  }

  private async plugDirectly(nic: Xml): Promise<Xml> {
    const { "@dev": dev, "@mode": mode } = nic.source;
    const tap = `macvtap${this.#taps++}`;
    await this.ip([`link add link ${dev} name ${tap} type macvtap mode ${mode}`, `link set dev ${tap} up`]);
    return { ...nic, target: { "@dev": tap } };
  }

  private async ip(lines: readonly string[]): Promise<void> {
    const { code, stderr } = await this.sandbox.run(["ip", "-batch", "-"], {
      input: lines.map((line) => `${line}\n`).join(""),
    });
    if (code !== 0) throw new VirshError(stderr.trim());
  }

  private domainXml(of: string, wantsInactive: boolean): string {
    const { name, uuid, running, live, inactive } = this.domain(of);
    return xmlOf("domain", { name, uuid, devices: { interface: wantsInactive || !running ? inactive : live } });
  }

  private network(of: string): Network {
    return found(this.networks, of, "Network not found: no network with matching name");
  }

  private domain(of: string): Domain {
    return found(this.domains, of, "failed to get domain");
  }
}

const source = ({ source: { "@dev": dev, "@mode": mode } }: Xml) => [dev, mode];

function found<T extends { name: string; uuid: string }>(all: readonly T[], of: string, why: string): T {
  const one = all.find(({ name, uuid }) => name === of || uuid === of);
  if (!one) throw new VirshError(`${why} '${of}'`);
  return one;
}

function sides(domain: Domain, args: readonly string[]): [string, Xml[]][] {
  if (args.includes("--live") && !domain.running)
    throw new VirshError("Requested operation is not valid: domain is not running");
  return [
    ...(args.includes("--live") ? [["--live", domain.live] as [string, Xml[]]] : []),
    ...(args.includes("--config") ? [["--config", domain.inactive] as [string, Xml[]]] : []),
  ];
}

function info({ name, uuid, live, autostart, defined }: Network): string {
  const yes = (is: boolean) => (is ? "yes" : "no");
  const lines = {
    Name: name,
    UUID: uuid,
    Active: yes(live !== undefined),
    Persistent: "yes",
    Autostart: yes(autostart),
    Bridge: defined.bridge?.["@name"] ?? "",
  };
  return Object.entries(lines)
    .map(([key, value]) => `${`${key}:`.padEnd(16)}${value}`)
    .join("\n");
}

const interfaceIn = (xml: string): Xml => parser.parse(xml).interface;
const xmlOf = (name: string, xml: Xml): string => builder.build({ [name]: xml }).trim();

/** The same for the same name. */
function uuidOf(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
