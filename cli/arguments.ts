import { isIPv6 } from "node:net";
import { parseArgs } from "node:util";
import type { Connection } from "../provider/resources/connection";
import { cidr4, hostName } from "../provider/resources/names";

export interface Arguments {
  readonly command: "facts" | "doctor" | "topology";
  readonly connection: Connection;
  readonly json: boolean;
  /** The topology as a picture. */
  readonly svg: boolean;
  /** Seconds that the doctor listens to what the host's links carry. */
  readonly listen: number;
  /** Mends what needs no transaction; asks first, unless `yes`. */
  readonly fix: boolean;
  readonly yes: boolean;
  /** Tries the bridge as a VM would. */
  readonly selfTest: boolean;
  /** "dhcp": a lease; or this address. */
  readonly selfTestAddress: string;
  /** What it asks the name server for; undefined: any answer will do. */
  readonly selfTestName: string | undefined;
}

export const usage = `usage: kvmnet facts|doctor|topology [options] [user@]host[:port]

  facts     what the host says of its network, firewall and VMs
  doctor    what is wrong with them, why, and what to do
  topology  all of it as a tree: NICs, bonds, VLANs, bridges, TAPs, VMs with their addresses, and what is wrong with them

  --json  as JSON, which facts always are
  --svg   the topology as a picture
  --listen SECONDS
          for how long the doctor listens to what VMs and LAN say, after two ARP probes for each of the host's addresses
          and its gateway; 3 unless said otherwise, less where nobody is left to wait for; 0: it sends and hears nothing
  --fix   the doctor says what it would mend and asks, --yes answers: a TAP out of its bridge, a network that is not
          started, a link that is down, what an interrupted change left; and a bridge of kvmnet's that is not as kvmnet's
          files have it, in a transaction that the host undoes unless it is confirmed. The rest is left to pulumi up
  --self-test
          the doctor also tries the bridge as a VM would, with a NIC of its own that is gone afterwards: takes a DHCP lease
          and gives it back, pings the gateway, asks the name server; a switch's port security may mind its MAC address
  --self-test-address ADDRESS/PREFIX
          the same with this address, which must be free
  --self-test-name NAME
          the same, and the name must have an IPv4 address
  --sudo  become root by sudo, which must not ask for a password

~/.ssh/config, the SSH agent, the usual keys and known_hosts are used, as ssh does.
Exit code: 0 nothing found, 1 the doctor has findings, 2 the host could not be looked at.`;

/** @throws Error with a sentence, where they are not to be understood */
export function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      svg: { type: "boolean", default: false },
      sudo: { type: "boolean", default: false },
      listen: { type: "string", default: "3" },
      fix: { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      "self-test": { type: "boolean", default: false },
      "self-test-address": { type: "string" },
      "self-test-name": { type: "string" },
    },
  });
  const [command, target, ...more] = positionals;
  if (command !== "facts" && command !== "doctor" && command !== "topology")
    throw new Error(command === undefined ? "which command?" : `${command} is not a command`);
  if (target === undefined || more.length > 0) throw new Error(`${command} takes one host`);
  const listen = Number(values.listen);
  if (!/^\d{1,4}$/.test(values.listen)) throw new Error(`--listen ${values.listen}: must be a number of seconds`);
  const selfTestAddress = values["self-test-address"];
  if (selfTestAddress !== undefined && !cidr4.safeParse(selfTestAddress).success)
    throw new Error(
      `--self-test-address ${selfTestAddress}: must be an IPv4 address with its prefix length, like 192.0.2.60/24`,
    );
  const selfTestName = values["self-test-name"];
  if (selfTestName !== undefined && !hostName.safeParse(selfTestName).success)
    throw new Error(`--self-test-name ${selfTestName}: must be a name like nas.example`);
  return {
    command,
    listen,
    selfTest: values["self-test"] || selfTestAddress !== undefined || selfTestName !== undefined,
    selfTestAddress: selfTestAddress ?? "dhcp",
    selfTestName,
    fix: values.fix,
    yes: values.yes,
    connection: { ...parseTarget(target), ...(values.sudo && { sudo: true }) },
    json: values.json,
    svg: values.svg,
  };
}

/** As ssh takes it, with the port as in a URL; an IPv6 address with a port stands in brackets. */
export function parseTarget(target: string): Connection {
  const at = target.lastIndexOf("@");
  const [user, place] = [target.slice(0, Math.max(at, 0)), target.slice(at + 1)];
  const [, bracketed, name, port] = isIPv6(place)
    ? [place, place]
    : (/^(?:\[([^\s[\]]+)\]|([^\s:[\]-][^\s:[\]]*))(?::(\d{1,5}))?$/.exec(place) ?? []);
  const host = bracketed ?? name;
  const number = port === undefined ? undefined : Number(port);
  if (!host || at === 0 || user.startsWith("-") || (number !== undefined && (number < 1 || number > 65535)))
    throw new Error(`${target} is not a host: must be like kvm1.example, root@192.0.2.10:22 or [2001:db8::10]:22`);
  return { host, ...(user && { user }), ...(number !== undefined && { port: number }) };
}
