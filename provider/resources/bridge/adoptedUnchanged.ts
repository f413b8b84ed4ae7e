import { isDeepStrictEqual } from "node:util";
import { addressingOf, listOf, nameServersOf, type Stanza } from "../../backends/entry/addressing";
import type { NetplanDefinition } from "../../backends/entry/definition";
import { asksDhcp6, expectAddressing, stanzaOf } from "../../backends/entry/wanted";
import { findLineDifferences } from "../../backends/ifupdown/handMade";
import { isIfupdowns } from "../../backends/ifupdown/owner";
import { entryMtu, usersMtu } from "../../backends/netplan/mtu";
import { isUnit } from "../../backends/networkd/units";
import { isProfiles } from "../../backends/networkManager/owner";
import { findProfileDifferences } from "../../backends/networkManager/saidByHand";
import { type Facts, linkNamed } from "../../host/facts/facts";
import { isMadeByNetplan } from "../../host/facts/inNetworkManagersWords";
import type { AdoptedRecord } from "../../host/facts/records";
import { Refusal } from "../../schema/refusal";
import type { BridgeInputs } from "./definition";

/** A bridge by files that kvmnet never changes, and its port's entry. */
interface UnchangedBridge {
  readonly userDefinition: NetplanDefinition;
  readonly macAddress: string;
  readonly timers?: AdoptedRecord["timers"];
  readonly port: NetplanDefinition;
}

/**
 * The addressing of a bridge that networkd, ifupdown or NetworkManager has by files of a user's, which stays as they have it:
 * kvmnet's own would have to come before them, and say all that they say. Undefined: netplan has it.
 * @throws Refusal of inputs that want it otherwise
 */
export function readUnchangedAddressing(
  facts: Facts,
  inputs: BridgeInputs,
  found: UnchangedBridge,
): Stanza | undefined {
  if (isUnit(found.userDefinition)) return asItsUnitsHaveIt(facts, inputs, found);
  if (isIfupdowns(found.userDefinition)) return asItsStanzasHaveIt(facts, inputs, found);
  return isProfiles(found.userDefinition) ? asItsProfilesHaveIt(facts, inputs, found) : undefined;
}

function asItsUnitsHaveIt(
  facts: Facts,
  inputs: BridgeInputs,
  { userDefinition, macAddress, timers }: UnchangedBridge,
): Stanza {
  const { name } = inputs;
  const link = linkNamed(facts, name);
  // A hand may have changed the link alone, or its files and the link.
  const isLike = (key: "stp" | "forwardDelay") => [link?.[key], timers?.[key]].includes(inputs[key]);
  const mtu = usersMtu(facts, name) ?? link?.mtu;
  const stanza = addressingOf(userDefinition);
  const explicit = inputs.addressing === "inherit" ? undefined : stanzaOf(inputs.addressing);
  const unlike = [
    ...(explicit && !containsStanza(stanza, explicit) ? ["addressing"] : []),
    ...(inputs.macAddress !== undefined && inputs.macAddress !== macAddress ? ["macAddress"] : []),
    ...(link && !isLike("stp") ? ["stp"] : []),
    ...(link && !isLike("forwardDelay") ? ["forwardDelay"] : []),
    ...(link && inputs.mtu !== undefined && mtu !== inputs.mtu ? ["mtu"] : []),
  ];
  if (unlike.length > 0)
    throw new Refusal(
      `${unlike[0]}: ${name} is not so by ${pathsOf(userDefinition)}, which kvmnet does not change (${unlike.join(", ")}). Say it as it is there (pulumi import prints that), or change it by hand first.`,
    );
  return stanza;
}

/** ifupdown's lines are told that would have to be there. */
function asItsStanzasHaveIt(facts: Facts, inputs: BridgeInputs, found: UnchangedBridge): Stanza {
  const { userDefinition, port } = found;
  const { name } = inputs;
  const { stanza, addressing, ...now } = wantedOf(facts, inputs, found);
  const [unlike, ...others] = findLineDifferences(facts, { ...inputs, uplink: port.id, addressing }, now);
  if (unlike === undefined) return stanza;
  const { property, says, write } = unlike;
  const lines = [...write, ...others.flatMap((one) => one.write)].map((line) => JSON.stringify(line)).join(", ");
  const notes = [unlike, ...others].flatMap(({ note = [] }) => note).map((note) => ` ${note}`);
  const command = facts.ifupdown2 ? "ifreload -a" : `ifdown ${name} and ifup ${name}`;
  throw new Refusal(
    `${property}: ${name} has ${says} by ${pathsOf(userDefinition)}, which kvmnet does not change. Write ${lines} there and run ${command} at the console, or say ${[property, ...others.map((one) => one.property)].join(", ")} as it is there (pulumi import prints that).${notes.join("")}`,
  );
}

/** NetworkManager's keys are told. */
function asItsProfilesHaveIt(facts: Facts, inputs: BridgeInputs, found: UnchangedBridge): Stanza {
  const { userDefinition, port } = found;
  const { stanza, ...now } = wantedOf(facts, inputs, found);
  const [path = ""] = userDefinition.places.map((place) => place.path);
  const unlike = findProfileDifferences(facts.keyfiles.get(path), inputs, { ...now, port: port.id });
  const [first] = unlike;
  if (first === undefined) return stanza;
  const keys = unlike.flatMap(({ write }) => write);
  const where = isMadeByNetplan(path)
    ? "in netplan's words into its files, which it is made of, run netplan generate"
    : "there";
  const write = keys.length > 0 ? `Write ${keys.join(", ")} ${where}, and pulumi up does the rest. Or say` : "Say";
  const unsaid = unlike.some((one) => one.write.length === 0)
    ? ` NetworkManager has no words for a forward delay of ${inputs.forwardDelay} s.`
    : "";
  throw new Refusal(
    `${first.property}: ${inputs.name} has ${first.says} by ${path}, which kvmnet does not change.${unsaid} ${write} ${unlike.map((one) => one.property).join(", ")} as it is there (pulumi import prints that).`,
  );
}

const pathsOf = ({ places }: NetplanDefinition) => places.map(({ path }) => path).join(", ");

function wantedOf(
  facts: Facts,
  { name, mtu, ...inputs }: BridgeInputs,
  { userDefinition, macAddress, port }: UnchangedBridge,
) {
  const stanza = addressingOf(userDefinition);
  const addressing = inputs.addressing === "inherit" ? undefined : stanzaOf(inputs.addressing);
  const isAddressed = addressing === undefined || containsStanza(stanza, addressing);
  const isOfMtu = mtu === undefined || (usersMtu(facts, name) === mtu && entryMtu(port, name) === mtu);
  return { stanza, addressing, isAddressed, isOfMtu, macAddress };
}

/** Whether the user's files give a bridge the wanted addressing; what else they say of it is theirs. */
export function containsStanza(stanza: Stanza, wanted: Stanza): boolean {
  const facets = (one: Stanza) => {
    const { dhcp4, addresses, gateways } = expectAddressing(one);
    const routes = listOf(one.routes).filter((route) => !isDefaultRoute(route));
    const nameservers = nameServersOf(one);
    const ra = wanted["accept-ra"] === undefined ? undefined : one["accept-ra"];
    return {
      ...{ dhcp4, dhcp6: asksDhcp6(one), ra },
      ...{ addresses: sorted(addresses), gateways: sorted(gateways) },
      ...{ routes: sorted(routes), nameservers: sorted(nameservers) },
      metrics: sorted(listOf(one.routes).map((route) => (route as Stanza).metric ?? "")),
    };
  };
  return isDeepStrictEqual(facets(stanza), facets(wanted));
}

/** Whatever the order of an object's keys. */
const sorted = (values: readonly unknown[]) =>
  values.map((one) => JSON.stringify(one, one instanceof Object ? Object.keys(one).sort() : null)).sort();
const isDefaultRoute = (route: unknown) => expectAddressing({ routes: [route] }).gateways.length > 0;
