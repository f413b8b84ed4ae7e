import { createTwoFilesPatch } from "diff";
import { type Address, type Facts, type Link, linkNamed } from "../../host/facts/facts";
import { cidrOf } from "../addressing/readdressing";
import type { Addressing } from "../link/batch";
import { withoutSecrets } from "../netplan/secrets";

/** What a change of a host's network will do, in words and as a diff of its files, for a person to read before it happens. */
export function describeChange(
  facts: Facts,
  change: {
    from: Link;
    to: string;
    moving: Addressing;
    /** Addresses that the host has no more then. */
    leaving: readonly string[];
    files: ReadonlyMap<string, string>;
    remove: readonly string[];
    timeout: number;
    vms: readonly string[];
  },
): string {
  const { from, to, moving, leaving, vms } = change;
  const bridge = linkNamed(facts, to);
  const here = [...from.addresses, ...(bridge?.addresses ?? [])];
  const isHere = (address: Address) => here.some((one) => cidrOf(one) === cidrOf(address));
  const words = (address: Address) =>
    `${cidrOf(address)}${address.dynamic ? (address.family === "inet" ? " (DHCP)" : " (of a router's prefix)") : ""}`;
  const moves = [
    ...moving.addresses.filter((one) => from.addresses.some((other) => cidrOf(one) === cidrOf(other))).map(words),
    ...moving.routes
      .filter((route) => route.destination === "default")
      .map((route) => `the default route via ${route.gateway}`),
  ];
  const comes = moving.addresses.filter((one) => !isHere(one)).map(words);
  const crosses = here.some((address) => address.local === facts.sshAddress);
  return [
    moves.length > 0
      ? `${moves.join(", ")} ${moves.length > 1 ? "move" : "moves"} from ${from.name} to ${to}.`
      : `No address moves from ${from.name} to ${to}.`,
    ...(comes.length > 0 ? [`${to} gets ${comes.join(", ")}.`] : []),
    ...(leaving.length > 0
      ? [`${leaving.join(", ")} ${leaving.length > 1 ? "go" : "goes"} away once the change is confirmed.`]
      : []),
    ...(leaving.some((cidr) => cidr.startsWith(`${facts.sshAddress}/`))
      ? [`This SSH connection comes in at ${facts.sshAddress}: write the new address into connection.host.`]
      : []),
    crosses
      ? `This SSH connection comes in over ${from.name}: it may stall for a moment.`
      : `This SSH connection does not come in over ${from.name}.`,
    vms.length > 0 ? `Running VMs on it: ${vms.join(", ")}.` : "No running VM hangs on it.",
    `Unless it is confirmed over a new SSH connection within ${change.timeout} s, the host undoes it by itself.`,
    "",
    ...fileDiffs(new Map([...facts.netplan, ...facts.networkd, ...facts.cloudConfig]), change),
  ].join("\n");
}

/** Files of kvmnet's own bookkeeping on the host are no configuration. */
function fileDiffs(
  present: ReadonlyMap<string, string>,
  change: { files: ReadonlyMap<string, string>; remove: readonly string[] },
): string[] {
  const now = (path: string) => present.get(path);
  const shown = (path: string, text = "") => (path.endsWith(".yaml") ? withoutSecrets(text) : text);
  const all: [string, string | undefined][] = [
    ...change.files,
    ...change.remove.map((path): [string, undefined] => [path, undefined]),
  ];
  return all
    .filter(([path, text]) => !path.startsWith("/var/lib/kvmnet/") && now(path) !== text)
    .map(([path, text]) => {
      const before = now(path);
      const patch = createTwoFilesPatch(
        before === undefined ? "/dev/null" : path,
        text === undefined ? "/dev/null" : path,
        shown(path, before),
        shown(path, text),
        "",
        "",
        { context: 3 },
      );
      return patch.slice(patch.indexOf("---")).replaceAll(/\t$/gm, "").trimEnd();
    });
}
