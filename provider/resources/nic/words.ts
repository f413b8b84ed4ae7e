import type { Facts } from "../../host/facts/facts";
import type { NicInputs } from "./definition";
import { asRunning, bridgeOf, differences, type NicOfDomain } from "./model";

/** What would be done to a NIC that a VM has, a sentence each, as a preview says it. */
export function changesOf(facts: Facts, wanted: NicInputs, found: NicOfDomain): string[] {
  const { domain, live, inactive } = found;
  const nic = inactive ?? live;
  if (!nic || (live && !inactive)) return [];
  const target = wanted.network === undefined ? `bridge ${wanted.bridge}` : `network ${wanted.network}`;
  const source = nic.network === undefined ? `bridge ${nic.bridge ?? "none"}` : `network ${nic.network}`;
  const mine = `${domain.name}'s NIC ${nic.mac}`;
  const bridge = bridgeOf(facts, wanted);
  const [place, link] = [source !== target, nic.linkState !== wanted.linkState];
  const sentences: (string | false)[] = [
    place && `${mine} moves from ${source} to ${target}${live ? ", live" : ", for its next start"}.`,
    place &&
      live !== undefined &&
      bridgeOf(facts, live) !== bridge &&
      `${bridge === undefined ? "Where that is on another bridge, the" : "The"} guest sees its cable pulled and plugged in, and may get another address.`,
    link && `${mine}: its link goes ${wanted.linkState}${live ? ", live" : ""}.`,
    nic.model !== wanted.model &&
      `${mine} becomes a ${wanted.model} in the definition${live ? `; the running VM keeps its ${live.model} until it was shut down and started again` : ""}.`,
    !place &&
      !link &&
      live !== undefined &&
      differences("", asRunning(wanted, live), live).length > 0 &&
      `${mine} is put right in the running VM.`,
  ];
  const said = sentences.filter((sentence) => sentence !== false);
  return said.length > 0 && live ? [...said, "The VM is not restarted."] : said;
}
