import { networkFileName } from "../../backends/netplan/bridgeFile";
import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Address } from "../../host/facts/links";
import type { Change, Owner } from "../../host/transaction/change";
import type { LastChange } from "../../host/transaction/lastChange";
import { cidrOf, leasedOf, type PlannedAddresses } from "../../host/transaction/readdressing";
import { withProofs } from "../impact/standing";
import { probesFor } from "../probes";
import { type LinkBefore, networkBefore } from "./before";
import { readUserProbes } from "./probes";
import { recordAgain } from "./record";

/** The last change of a host's network, taken back: a change of its own, made of what the host keeps of that one. */
export interface UndoPlan {
  readonly change: Change;
  readonly planned: PlannedAddresses;
  /** What the change touched, as it was before it. */
  readonly links: readonly LinkBefore[];
  /** Links that are no more then. */
  readonly gone: readonly string[];
  /** Links that are there again then. */
  readonly again: readonly string[];
  /** Why the SSH connection shows nothing of the LAN, if so. */
  readonly inside: string | undefined;
}

/** Whose links it was about: of kvmnet before it knew others, networkd's. */
function ownerOf({ lines }: LastChange): Owner | undefined {
  const [owner] = lines("owner");
  return owner === "ifupdown" || owner === "ifupdown2" || owner === "NetworkManager" ? owner : undefined;
}

function handedBack({ lines }: LastChange): Pick<Change, "handOver"> {
  const [client, from, to] = lines("handover")[0]?.split(" ") ?? [];
  if (
    (client !== "dhclient" && client !== "dhcpcd" && client !== "NetworkManager") ||
    from === undefined ||
    to === undefined
  )
    return {};
  return { handOver: { client, from: to, to: from } };
}

const name = (line: string) => line.split(" ")[0] ?? "";

export function planUndo(facts: Facts, last: LastChange): UndoPlan {
  const { lines } = last;
  const gone = lines("delete.rollback").filter((name) => linkNamed(facts, name));
  const again = lines("create.rollback").map(name);
  const links = networkBefore(lines("kernel.before"), touchedBy(last));
  const here = links.flatMap(({ name }) => linkNamed(facts, name)?.addresses ?? []).filter(isOwn);
  const device = (links.find(({ addresses, leased }) => addresses.length + leased.length > 0) ?? links[0])?.name ?? "";
  const before = links.flatMap(({ addresses, leased }) => [...addresses, ...leased]);
  const leased = links.flatMap((link) => link.leased);
  const { inside, ...demands } = withProofs(
    facts,
    links.map(({ name }) => name),
    demanded(facts, last, links),
  );
  const change: Change = {
    files: new Map([...last.before].map(([path, text]) => [path, recordAgain(path, text, last.now.get(path))])),
    remove: lines("absent"),
    // Some of it may be done already, by the daemon for one: nothing of it ends the others.
    apply: [],
    tidy: lines("rollback.batch").map((line) => asLeasedNow(line, here)),
    rollback: [...lines("apply.batch"), ...lines("tidy.batch")].map((line) => asLeasedNow(line, here)),
    vlansOnApply: lines("rollback.vlans"),
    vlansOnRollback: lines("apply.vlans"),
    owner: ownerOf(last),
    ...handedBack(last),
    leaving: [],
    createOnApply: lines("create.rollback").map((line) => ofParent(facts, line)),
    createOnRollback: lines("create.apply").map((line) => line.split(" ").slice(0, 3).join(" ")),
    deleteOnApply: gone,
    deleteOnRollback: lines("delete.apply"),
    keepOnApply: lines("keep.rollback"),
    keepOnRollback: lines("keep.apply"),
    release: ({ apply: "rollback", rollback: "apply" } as const)[lines("release")[0] ?? ""] ?? releaseOf(last),
    ...demands,
    timeout: Number(lines("timeout")[0] ?? 60),
    reboot: lines("reboot")[0] === "yes",
  };
  const planned: PlannedAddresses = {
    device,
    dropped: here.filter((address) => !before.includes(cidrOf(address))),
    addresses: before,
    dhcp4: leased.length > 0,
    leased: leasedOf(here),
  };
  return { change, planned, links, gone, again, inside };
}

/** Of one that leaves a bridge both ways, or on none, the other way round is the same. */
const releaseOf = ({ lines }: LastChange): Change["release"] => (lines("release")[0] === "both" ? "both" : "none");

/** The links that a change is about. */
export function touchedBy({ lines }: LastChange): string[] {
  const batches = [...lines("apply.batch"), ...lines("tidy.batch"), ...lines("rollback.batch")];
  const named = batches.flatMap((line) => /\bdev (\S+)/.exec(line)?.[1] ?? []);
  return [...new Set([...named, ...lines("delete.apply"), ...lines("delete.rollback")])].sort();
}

const isOwn = ({ scope, family, dynamic }: Address) => scope === "global" && (family === "inet" || !dynamic);

/** A lease goes on: what was left of it then is not what is left of it now. */
function asLeasedNow(line: string, here: readonly Address[]): string {
  const [, cidr] = /^address replace (\S+) .*\bvalid_lft \d+/.exec(line) ?? [];
  const now = here.find((address) => cidrOf(address) === cidr);
  if (now === undefined || !Number.isFinite(now.validLifetime)) return line;
  return line.replace(
    /valid_lft \d+ preferred_lft \d+/,
    `valid_lft ${now.validLifetime} preferred_lft ${now.preferredLifetime}`,
  );
}

/** A VLAN that networkd is to make is made by its file of what the VLAN is on. */
function ofParent(facts: Facts, line: string): string {
  const [vlan, parent, number] = line.split(" ");
  if (parent === undefined) return line;
  const file = linkNamed(facts, parent)?.networkFile?.split("/").at(-1) ?? networkFileName(parent);
  return `${vlan} ${parent} ${number} ${file}`;
}

function demanded(facts: Facts, { lines }: LastChange, links: readonly LinkBefore[]) {
  const touched = links.map(({ name }) => name);
  const now = facts.routes
    .filter(
      ({ destination, device, table }) =>
        destination === "default" && table === undefined && touched.includes(device ?? ""),
    )
    .flatMap(({ gateway, protocol }) => (gateway === undefined || protocol === "ra" ? [] : [gateway]));
  const gateways = [...new Set(links.flatMap((link) => link.gateways))];
  const leases = links.some(({ leased }) => leased.length > 0);
  const losses = { gateways: now.filter((one) => gateways.includes(one)), nameService: "stays" as const };
  return probesFor(
    facts,
    { ...losses, leased: leases && now.length > 0 && losses.gateways.length === 0 ? ["inet"] : [] },
    leases ? [] : gateways,
    readUserProbes(lines("probes")),
  );
}
