import type { Facts } from "../../host/facts/facts";
import type { LibvirtDomain } from "../../host/facts/libvirt";
import type { Host } from "../../host/host";
import { keptTapsIn } from "../../plan/tap/files";
import { installed, markedFilter } from "../bridgeNetfilter/model";
import type { Operation } from "../lifecycle";
import { markedNetwork } from "../network/model";
import { markedNic } from "../nic/model";
import { nicOf } from "../nic/nicOf";
import type { Owned } from "../ownership/ownedResource";
import type { Marked } from "../ownership/whose";
import { importing, inWordsTo } from "../ownership/words";
import { markedTap } from "../tap/model";
import type { BridgeInputs } from "./definition";

interface Remaining extends Marked {
  /** Whether a resource of the state is this one. */
  readonly isSame: (state: Owned["state"]) => boolean;
}

/** What kvmnet has on the host for a bridge that is gone, and nobody has asked to delete: Pulumi may have forgotten it. */
export function warnOfRemaining(
  { owned, log, urn }: Operation,
  host: Host,
  facts: Facts,
  name: string,
  connection: BridgeInputs["connection"],
): void {
  const deleted = owned.listDeleted().filter(({ state }) => state.hostId === facts.machineId);
  const left = onBridge(facts, name, connection).filter(({ isSame }) => !deleted.some(({ state }) => isSame(state)));
  const told = left.flatMap(({ words, mark, importAs }) =>
    mark === undefined
      ? []
      : [{ words: `${words} (${inWordsTo(mark.owner, urn)})`, way: importing(mark.owner, importAs) }],
  );
  if (told.length === 0) return;
  log.warn(
    `${host.label}: ${name} is gone, and there is still what was on it: ${told.map(({ words }) => words).join("; ")}. ` +
      "Where no state has it any more, as deletedWith and retainOnDelete leave it, import it and destroy that:\n" +
      told.map(({ way }) => way).join("\n"),
  );
}

/** On the bridge itself or, as a NIC is, by a network; each by the record that kvmnet has of it. */
function onBridge(facts: Facts, name: string, connection: BridgeInputs["connection"]): Remaining[] {
  const networks = (facts.libvirt?.networks ?? []).filter(({ definedBridge }) => definedBridge === name);
  const on = new Set(networks.map((network) => network.name));
  const nicsOf = ({ live, inactive }: LibvirtDomain) =>
    [...live, ...inactive].filter(({ bridge, network }) => (network === undefined ? bridge === name : on.has(network)));
  return [
    ...networks.map((network) => ({
      ...markedNetwork(facts, network, connection),
      isSame: ({ uuid }: Owned["state"]) => uuid === network.uuid,
    })),
    ...(facts.libvirt?.domains ?? []).flatMap((domain) =>
      [...new Set(nicsOf(domain).map(({ mac }) => mac))].map((mac) => ({
        ...markedNic(facts, nicOf(domain, mac), mac, connection),
        isSame: ({ domainId, macAddress }: Owned["state"]) => domainId === domain.uuid && macAddress === mac,
      })),
    ),
    ...keptTapsIn(facts.taps, name).map((tap) => ({
      ...markedTap(facts, tap.name, connection),
      isSame: (state: Owned["state"]) => state.name === tap.name && state.madeBy !== undefined,
    })),
    ...(installed(facts, name)
      ? [
          {
            ...markedFilter(facts, name, connection),
            isSame: ({ bridge, effective }: Owned["state"]) => bridge === name && effective !== undefined,
          },
        ]
      : []),
  ];
}
