import type { Facts } from "../../host/facts/facts";
import { ifaceOf, type OptionLine, sourcedFiles, stanzasOf } from "../../host/facts/interfacesFile";
import type { BridgeLink } from "../../kernel/bridgeLink";
import type { Stanza as Addressing } from "../entry/addressing";
import { linesOf } from "./bridged";
import { ifupdownOf } from "./owner";

/** What ifupdown's files say of a bridge that a hand has described there, and in whose words (a dash or an underscore). */
interface DescribedBridge extends Pick<BridgeLink, "stp" | "forwardDelay"> {
  readonly macAddress: string | undefined;
  readonly joint: string;
}

/** bridge-utils-interfaces(5), and ifupdown2's: what they do not say is the kernel's own. */
function readBridge({ interfaces }: Pick<Facts, "interfaces">, name: string): DescribedBridge {
  const options = [...sourcedFiles(interfaces).read.values()]
    .flatMap(stanzasOf)
    .filter((stanza) => ifaceOf(stanza)?.name === name)
    .flatMap((stanza) => stanza.options);
  const lastValue = (key: RegExp) => options.filter((one: OptionLine) => key.test(one.key)).at(-1)?.value;
  const delay = Number(lastValue(/^bridge[-_]fd$/) ?? 15);
  const mac = lastValue(/^(hwaddress|bridge[-_]hw)$/)
    ?.split(/\s+/)
    .at(-1);
  return {
    stp: /^(on|yes|1)$/.test(lastValue(/^bridge[-_]stp$/) ?? ""),
    forwardDelay: delay,
    macAddress: mac?.includes(":") ? mac.toLowerCase() : undefined,
    joint: options.some(({ key }) => key === "bridge_ports") ? "_" : "-",
  };
}

/** What a program wants of such a bridge; undefined: as it is. */
interface WantedOfIt extends Pick<BridgeLink, "stp" | "forwardDelay"> {
  readonly name: string;
  readonly uplink: string;
  readonly mtu?: number | undefined;
  readonly macAddress?: string | undefined;
  readonly addressing: Addressing | undefined;
}

/** What a file does not say as it is wanted: the property, what stands there, and what would have to. */
export interface LineDifference {
  readonly property: string;
  readonly says: string;
  readonly write: readonly string[];
  /** What whoever writes that meets, in a sentence. */
  readonly note?: string;
}

/** @param now what such a bridge has that no line need say, and whether its addressing and its MTU are said as wanted */
export function findLineDifferences(
  facts: Pick<Facts, "interfaces" | "ifupdown2">,
  wanted: WantedOfIt,
  now: { readonly macAddress: string; readonly isAddressed: boolean; readonly isOfMtu: boolean },
): LineDifference[] {
  const { name, uplink, stp, forwardDelay, mtu, macAddress, addressing } = wanted;
  const said = readBridge(facts, name);
  const option = (key: string, value: string) => `bridge${said.joint}${key} ${value}`;
  const onOff = (is: boolean) => (is ? "on" : "off");
  const all: (LineDifference | false)[] = [
    said.stp !== stp && {
      ...{ property: "stp", says: option("stp", onOff(said.stp)) },
      write: [option("stp", onOff(stp))],
    },
    said.forwardDelay !== forwardDelay && {
      ...{ property: "forwardDelay", says: option("fd", String(said.forwardDelay)) },
      write: [option("fd", String(forwardDelay))],
    },
    macAddress !== undefined &&
      macAddress !== (said.macAddress ?? now.macAddress) && {
        ...{ property: "macAddress", says: `the MAC address ${said.macAddress ?? now.macAddress}` },
        write: [`hwaddress ${macAddress}`],
      },
    mtu !== undefined &&
      !now.isOfMtu && {
        ...{ property: "mtu", says: "another MTU" },
        write: [`mtu ${mtu}`, `mtu ${mtu} in the stanza of ${uplink} too`],
        // Without the first line it gives the bridge 1500.
        ...(facts.ifupdown2 && {
          note: "ifupdown2 sets the bridge's by the first line, though its syntax check (ifreload -s) says that there is no need to assign it.",
        }),
      },
    addressing !== undefined &&
      !now.isAddressed && {
        ...{ property: "addressing", says: "another addressing" },
        write: ["inet", "inet6"].flatMap(
          (family) => linesOf(ifupdownOf(facts)).ofFamily(family, addressing, false).lines,
        ),
      },
  ];
  return all.filter((one) => one !== false);
}
