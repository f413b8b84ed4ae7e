import type { Facts } from "../../host/facts/facts";
import {
  attachmentIn,
  attachmentOf,
  bridgeOf,
  inWords,
  isDirect,
  joinedBridge,
  movesLive,
  sameAttachment,
  unreached,
} from "../../plan/attachment/attachment";
import { compareRestrictions, filterIn, filterWords } from "../../plan/attachment/restrictions";
import { vlanIn, vlanWords } from "../../plan/attachment/vlan";
import type { NicWanted } from "./definition";
import { asRunning, findNicDifferences } from "./drift";
import { savedWords } from "./fitness";
import type { NicOfDomain } from "./nicOf";

/** What would be done to a NIC that a VM has, a sentence each, as a preview says it. */
export function changesOf(facts: Facts, wanted: NicWanted, found: NicOfDomain): string[] {
  const { domain, live, inactive } = found;
  const nic = inactive ?? live;
  if (!nic || (live && !inactive)) return [];
  const [source, target] = [attachmentOf(nic), attachmentIn(wanted)];
  const { restrictions = {} } = wanted;
  const other = compareRestrictions(nic.element, restrictions);
  const anew = live !== undefined && !movesLive(facts, live, target);
  const mine = `${domain.name}'s NIC ${nic.mac}`;
  const bridge = bridgeOf(facts, target);
  const [place, link] = [!sameAttachment(source, target), nic.linkState !== wanted.linkState];
  const sentences: (string | false)[] = [
    place && `${mine} moves from ${inWords(source)} to ${inWords(target)}${live ? ", live" : ", for its next start"}.`,
    place && anew && "The guest sees its NIC taken out, and one with the same MAC address plugged in.",
    place && isDirect(facts, target) && unreached,
    place &&
      live !== undefined &&
      !anew &&
      joinedBridge(facts, live) !== bridge &&
      `${bridge === undefined ? "Where that is on another bridge, the" : "The"} guest sees its cable pulled and plugged in, and may get another address.`,
    link && `${mine}: its link goes ${wanted.linkState}${live ? ", live" : ""}.`,
    other.isolated &&
      `${mine} is ${restrictions.isolated ? "isolated from the other isolated NICs of its bridge" : "isolated no more"}${live ? ", live" : ", from its next start on"}.`,
    other.vlan &&
      `${mine} is in ${vlanWords(restrictions.vlan)} instead of ${vlanWords(vlanIn(nic.element))}${live ? ", live" : ", from its next start on"}.`,
    other.filter &&
      `${mine} gets ${filterWords(restrictions.filter)} instead of ${filterWords(filterIn(nic.element))}${live ? ", live" : ", from its next start on"}.`,
    nic.model !== wanted.model &&
      `${mine} becomes a ${wanted.model} in the definition${live ? `; the running VM keeps its ${live.model} until it was shut down and started again` : ""}.`,
    !place &&
      !link &&
      !other.isolated &&
      !other.filter &&
      !other.vlan &&
      live !== undefined &&
      findNicDifferences("", asRunning(wanted, live), live).length > 0 &&
      `${mine} is put right in the running VM.`,
  ];
  const said = sentences.filter((sentence) => sentence !== false);
  if (said.length > 0 && domain.saved) return [...said, savedWords(domain.name)];
  return said.length > 0 && live ? [...said, "The VM is not restarted."] : said;
}
