import { ifaceOf, stanzasOf } from "../../provider/host/facts/interfacesFile";
import type { Machine } from "./machine";

const file = "/etc/network/interfaces";
const state = "/run/network/ifstate";

/** What a LAN's DHCP server has lent, by what it knows hosts by. */
export class DhcpServer {
  answers = true;
  private readonly lent = new Map<string, string>();

  addressOf(identity: string): string {
    const known = this.lent.get(identity) ?? `192.0.2.${150 + this.lent.size}`;
    this.lent.set(identity, known);
    return known;
  }
}

/** ifupdown with Debian 12's dhclient, as far as a bridge on a NIC needs it. */
export class Ifupdown {
  /** Units in which a client still waits for its first answer. */
  readonly waiting = new Set<string>();

  constructor(
    private readonly machine: Machine,
    private readonly server: DhcpServer,
    /** On the machine's clock, as dhclient writes it. */
    private readonly expiry: () => string,
  ) {}

  /** What is up by the files at a boot. */
  async boot(): Promise<void> {
    const selected = stanzasOf(this.machine.read(file) ?? "").filter(({ key }) => /^(auto|allow-hotplug)$/.test(key));
    await this.machine.do(`mkdir -p /run/network; : >${state}`);
    for (const name of selected.flatMap(({ value }) => value.split(" ")))
      if (name !== "lo") await this.up(name, "boot");
  }

  /** @returns whether it ends, as it does not while its client waits for an answer */
  async up(name: string, unit: string): Promise<boolean> {
    for (const stanza of stanzasOf(this.machine.read(file) ?? "").filter((one) => ifaceOf(one)?.name === name)) {
      const said = (key: string) => stanza.options.filter((one) => one.key === key).map(({ value }) => value);
      // It goes on after what fails, as what is there already does.
      const fixed = [
        ...said("address").map((one) => `ip address add ${one} brd + dev ${name} 2>/dev/null || :`),
        ...said("gateway").map((one) => `ip route add default via ${one} dev ${name} onlink 2>/dev/null || :`),
      ];
      await this.machine.do(
        [`IFACE=${name}`, ...said("pre-up"), `ip link set dev ${name} up`, ...fixed, ...said("up")].join("\n"),
      );
      if (ifaceOf(stanza)?.method === "dhcp" && !(await this.ask(name))) {
        this.waiting.add(unit);
        return false;
      }
    }
    await this.machine.do(
      `{ grep -v '^${name}=' ${state}; echo ${name}=${name}; } >${state}.new; mv ${state}.new ${state}`,
    );
    return true;
  }

  /** The power goes: no process lives on. */
  async end(): Promise<void> {
    this.waiting.clear();
    await this.machine.do("for file in /run/dhclient.*.pid; do [ ! -e $file ] || kill -KILL $(cat $file); done");
  }

  /** Its identity is the end of the MAC address and a DUID, which stands in the file of its leases alone. */
  private async ask(name: string): Promise<boolean> {
    const leases = `/var/lib/dhcp/dhclient.${name}.leases`;
    const process = `/run/dhclient.${name}.pid`;
    const mac = (await this.machine.do(`cat /sys/class/net/${name}/address`)).trim();
    const text = this.machine.read(leases) ?? `default-duid "of ${name}";\n`;
    const [, duid = ""] = /^default-duid "(.*)";$/m.exec(text) ?? [];
    // A process of that name, with those words.
    await this.machine.do(
      `mkdir -p /var/lib/dhcp; [ -e /mnt/dhclient ] || cp "$(readlink -f /usr/bin/perl)" /mnt/dhclient
/mnt/dhclient -e sleep -- -4 -v -i -pf ${process} -lf ${leases} ${name} </dev/null >/dev/null 2>&1 9>&- & echo $! >${process}`,
    );
    if (!this.server.answers) return false;
    const address = this.server.addressOf(`${mac.slice(6)} ${duid}`);
    const lease = `lease {\n  interface "${name}";\n  fixed-address ${address};\n  option routers 192.0.2.1;\n  option dhcp-lease-time 3600;\n  option domain-name-servers 192.0.2.1;\n  expire ${this.expiry()};\n}\n`;
    this.machine.write(leases, `${text}${lease}`);
    await this.machine.do(
      `ip address add ${address}/24 broadcast 192.0.2.255 valid_lft 3600 preferred_lft 3600 dev ${name} 2>/dev/null || :
ip route add default via 192.0.2.1 dev ${name} 2>/dev/null || :`,
    );
    return true;
  }
}
