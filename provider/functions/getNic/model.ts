import type { Facts } from "../../host/facts/facts";
import type { LibvirtDomain, LibvirtNic } from "../../host/facts/libvirt";
import {
  type Attachment,
  attachmentOf,
  attachmentsIn,
  inWords,
  joinedBridge,
  macvtapModeIn,
  nameOf,
} from "../../plan/attachment/attachment";
import { nicVlanOf } from "../../plan/attachment/vlan";
import { type NicOfDomain, nicOf } from "../../resources/nic/nicOf";
import { WrongArgument } from "../function";
import type { GetNicInputs, GetNicResult } from "./definition";

type Wanted = Pick<GetNicInputs, "macAddress" | "network" | "bridge" | "device">;

/** The one NIC that is meant; with none or several of them, the error lists what the VM has. */
export function findNic(domain: LibvirtDomain, wanted: Wanted, host: string): NicOfDomain {
  const all = new Map([...domain.live, ...domain.inactive].map((nic) => [nic.mac, nic]));
  const found = [...all.values()].filter(
    (nic) =>
      (wanted.macAddress === undefined || nic.mac === wanted.macAddress) &&
      attachmentsIn(wanted).every((one) => isOn(attachmentOf(nic), one)),
  );
  const [only, ...others] = found;
  if (only && others.length === 0) return nicOf(domain, only.mac);
  const asked = Object.entries(wanted).flatMap(([key, value]) => (value === undefined ? [] : [`${key} ${value}`]));
  const which = asked.length > 0 ? `with ${asked.join(" and ")}` : "at all";
  const has = all.size > 0 ? `it has ${[...all.values()].map(wordsOf).join(", ")}` : "it has none";
  throw only
    ? new WrongArgument("macAddress", `${host}: ${domain.name} has several NICs: say which by its MAC address; ${has}`)
    : new WrongArgument("macAddress", `${host}: ${domain.name} has no NIC ${which}; ${has}`);
}

/** In whatever mode. */
const isOn = (is: Attachment, one: Attachment) => is.kind === one.kind && nameOf(is) === nameOf(one);

/** Of one on a network too: what libvirt made of that for the running VM. */
function directlyOn({ device, element }: LibvirtNic) {
  return device === undefined ? {} : { device, mode: macvtapModeIn(element) };
}

export function nicResult(facts: Facts, { domain, live, inactive }: NicOfDomain): GetNicResult {
  const nic = live ?? inactive;
  if (!nic) throw new Error(`${domain.name} has lost the NIC`);
  return {
    hostId: facts.machineId,
    domainId: domain.uuid,
    domain: domain.name,
    running: domain.running,
    macAddress: nic.mac,
    network: nic.network,
    bridge: joinedBridge(facts, nic),
    ...directlyOn(nic),
    vlan: nicVlanOf(nic),
    model: nic.model,
    linkState: nic.linkState,
    tap: live?.tap ?? "",
    ipAddresses: [],
    live: live !== undefined,
    persistent: inactive !== undefined,
  };
}

const wordsOf = (nic: LibvirtNic) => `${nic.mac} (${inWords(attachmentOf(nic))})`;
