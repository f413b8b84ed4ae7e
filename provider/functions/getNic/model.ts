import type { Facts, LibvirtDomain, LibvirtNic } from "../../host/facts/facts";
import { findNetwork } from "../../plan/libvirt/find";
import { type NicOfDomain, nicOf } from "../../resources/nic/model";
import { WrongArgument } from "../function";
import type { GetNicInputs, GetNicResult } from "./definition";

type Wanted = Pick<GetNicInputs, "macAddress" | "network" | "bridge">;

/** The one NIC that is meant; with none or several of them, the error lists what the VM has. */
export function findNic(domain: LibvirtDomain, wanted: Wanted, host: string): NicOfDomain {
  const all = new Map([...domain.live, ...domain.inactive].map((nic) => [nic.mac, nic]));
  const found = [...all.values()].filter(
    (nic) =>
      (wanted.macAddress === undefined || nic.mac === wanted.macAddress) &&
      (wanted.network === undefined || nic.network === wanted.network) &&
      (wanted.bridge === undefined || (nic.network === undefined && nic.bridge === wanted.bridge)),
  );
  const [only, ...others] = found;
  if (only && others.length === 0) return nicOf(domain, only.mac);
  const asked = Object.entries(wanted).flatMap(([key, value]) => (value === undefined ? [] : [`${key} ${value}`]));
  const which = asked.length > 0 ? `with ${asked.join(" and ")}` : "at all";
  const has = all.size > 0 ? `it has ${[...all.values()].map(nameOf).join(", ")}` : "it has none";
  throw only
    ? new WrongArgument("macAddress", `${host}: ${domain.name} has several NICs: say which by its MAC address; ${has}`)
    : new WrongArgument("macAddress", `${host}: ${domain.name} has no NIC ${which}; ${has}`);
}

export function nicResult(facts: Facts, { domain, live, inactive }: NicOfDomain): GetNicResult {
  const nic = live ?? inactive;
  if (!nic) throw new Error(`${domain.name} has lost the NIC`);
  const network = nic.network !== undefined && facts.libvirt ? findNetwork(facts.libvirt, nic.network) : undefined;
  return {
    hostId: facts.machineId,
    domainId: domain.uuid,
    domain: domain.name,
    running: domain.running,
    macAddress: nic.mac,
    network: nic.network,
    bridge: nic.bridge ?? network?.bridge,
    model: nic.model,
    linkState: nic.linkState,
    tap: live?.tap ?? "",
    ipAddresses: [],
    live: live !== undefined,
    persistent: inactive !== undefined,
  };
}

const nameOf = ({ mac, network, bridge }: LibvirtNic) =>
  `${mac} (${network === undefined ? `bridge ${bridge ?? "none"}` : `network ${network}`})`;
