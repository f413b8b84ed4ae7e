import { posix } from "node:path";
import { backendOf } from "../../backends/backends";
import { findDefinition } from "../../backends/entry/definition";
import { networkFileName } from "../../backends/netplan/bridgeFile";
import { netplanId, netplanIdOfUnit } from "../../backends/netplan/netplanId";
import { matches, unitsByName } from "../../backends/networkd/match";
import { isUnit, unitNames } from "../../backends/networkd/units";
import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import type { Impact, Look } from "./impact";

/** networkd's files beside netplan's that a link has its configuration from, or would have at the next reload or boot. */
export const otherUnits: Look = (facts, { gone, successor, enslaved }) => {
  const link = linkNamed(facts, gone);
  if (!enslaved || !link) return [];
  const definition = findDefinition(facts.netplan, gone);
  const owner = definition && backendOf(definition).name;
  if (owner === "ifupdown" || owner === "NetworkManager") return besideNetworkd(facts, link, successor, owner);
  const byHand = link.networkFile !== undefined && isItsOwn(facts, link);
  const own = byHand ? posix.basename(link.networkFile ?? "") : networkFileName(netplanId(link));
  const ofBridge = byHand ? unitNames(successor, own).bridge : networkFileName(successor);
  const bridge = { ...link, name: successor, kind: "bridge" };
  return [
    ...(link.networkFile !== undefined && !byHand && netplanIdOfUnit(link) === undefined
      ? [hasIt(gone, link.networkFile)]
      : []),
    ...renames(facts, bridge),
    ...before(facts, own, link)
      .filter((path) => path !== link.networkFile)
      .map((path) => describeTaken(gone, path)),
    ...before(facts, ofBridge, bridge)
      .filter((path) => path !== link.networkFile && !before(facts, own, link).includes(path))
      .map((path) => describeTaken(successor, path)),
    // Those of a file by hand go over with it.
    ...(byHand ? [] : dropIns(facts, own)).map(
      (path): Impact => ({
        name: `drop-in:${path}`,
        says: `${path} adds to netplan's file for ${gone}, which has no addressing any more; ${successor} does not get it`,
        remedy: `Move it to /etc/systemd/network/${networkFileName(successor)}.d, or say the same in netplan's files`,
        verdict: "refused",
      }),
    ),
  ];
};

/** networkd need not run where somebody else has the NIC: what it would take then is told. */
function besideNetworkd(facts: Facts, link: Link, heir: string, owner: string): Impact[] {
  const bridge = { ...link, name: heir, kind: "bridge" };
  const taking = [link, bridge].flatMap((one) =>
    [...unitsByName(facts.networkUnits.keys(), "network").values()]
      .filter((path) => matches(facts.networkUnits.get(path) ?? "", one))
      .map(
        (path): Impact => ({
          name: `networkd:${path}`,
          says: `${path} matches ${one.name}, which ${owner} has: where networkd runs, it takes it too`,
          remedy: `Take it away, or let its [Match] leave out ${one.name}`,
          verdict: "refused",
        }),
      ),
  );
  return [...renames(facts, bridge), ...taking];
}

/** Whether what a link has is what networkd's file by hand says: netplan's files do not have it. */
function isItsOwn(facts: Facts, { name }: Link): boolean {
  const definition = findDefinition(facts.netplan, name);
  return definition !== undefined && isUnit(definition);
}

function hasIt(link: string, path: string): Impact {
  return {
    name: `networkd:${path}`,
    says: `networkd has ${link} from ${path}, and not from netplan's files, which describe it too or not`,
    remedy: `Describe ${link} in /etc/netplan as it is there, take ${path} away and run networkctl reload and networkctl reconfigure ${link} at the console`,
    verdict: "impossible",
  };
}

function describeTaken(link: string, path: string): Impact {
  const [, entry] = /^\/run\/systemd\/network\/10-netplan-(.+)\.network$/.exec(path) ?? [];
  if (entry !== undefined)
    return {
      name: `networkd:${path}`,
      says: `netplan's entry ${entry} matches ${link} too, and networkd takes it from there rather than from its own`,
      remedy: `Let the match of ${entry} leave out ${link}`,
      verdict: "impossible",
    };
  return {
    name: `networkd:${path}`,
    says: `${path} comes before netplan's file and matches ${link}: networkd takes it from there at the next reload or boot`,
    remedy: `Take it away, or let its [Match] leave out ${link}`,
    verdict: "impossible",
  };
}

/** udev's file for a link (systemd.link(5)) is the first by name that matches it, whatever that says. */
function renames(facts: Facts, bridge: Link): Impact[] {
  const textOf = (path: string) => facts.networkUnits.get(path) ?? "";
  const all = [...unitsByName(facts.networkUnits.keys(), "link")]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, path]) => path);
  const path = all.find((one) => textOf(one) !== "" && matches(textOf(one), bridge));
  if (path === undefined) return [];
  const [, name] = /^\s*\[Link\][^[]*^\s*Name\s*=\s*(\S+)\s*$/m.exec(textOf(path)) ?? [];
  if (name === undefined || name === bridge.name) return [];
  return [
    {
      name: `link:${path}`,
      says: `${path} matches ${bridge.name} too, which has the same MAC address, and udev renames it to ${name}`,
      remedy:
        "Write PermanentMACAddress= in place of MACAddress= there, which is the NIC's alone, or Type=ether beside it",
      verdict: "impossible",
    },
  ];
}

/** Units that networkd would take for a link rather than the one of this name. */
function before(facts: Facts, own: string, link: Link): string[] {
  return (
    [...unitsByName(facts.networkUnits.keys(), "network")]
      // Which of netplan's has a NIC, networkd has told.
      .filter(([name]) => name < own && (link.kind === "bridge" || !name.startsWith("10-netplan-")))
      .filter(([, path]) => matches(facts.networkUnits.get(path) ?? "", link))
      .map(([, path]) => path)
  );
}

function dropIns(facts: Facts, own: string): string[] {
  return [...facts.networkUnits.keys()].filter((path) => {
    const [folder, name] = path.split(/\/(?=[^/]+$)/);
    return folder?.endsWith(`/${own}.d`) && !name?.startsWith("kvmnet");
  });
}
