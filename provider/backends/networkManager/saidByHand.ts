import { keyfileSections, valueIn } from "../../host/facts/keyfile";
import type { BridgeLink } from "../../kernel/bridgeLink";
import type { Stanza } from "../entry/addressing";
import { addressingSections, leastDelay } from "./profiles";

/** What a program wants of a bridge that a hand has made; undefined: as it is. */
interface WantedOfIt extends Pick<BridgeLink, "stp" | "forwardDelay"> {
  readonly name: string;
  readonly mtu?: number | undefined;
  readonly macAddress?: string | undefined;
}

/** What such a bridge has that no key need say; and whether its addressing and its MTU are said as wanted. */
interface Now {
  readonly port: string;
  readonly macAddress: string;
  readonly addressing: Stanza | undefined;
  readonly isAddressed: boolean;
  readonly isOfMtu: boolean;
}

/** What its profile does not say as it is wanted: the property, what stands there, and what would have to. */
export interface ProfileDifference {
  readonly property: string;
  readonly says: string;
  /** None: NetworkManager has no words for that. */
  readonly write: readonly string[];
}

/** nm-settings(5): what a profile does not say; and a forward delay of 0, which it has no words for, is none that is said. */
const usual = { stp: true, forwardDelay: 15 };

function readBridge(text = ""): typeof usual & { macAddress: string | undefined; macKey: string } {
  const sections = keyfileSections(text);
  const keyValue = (key: string) => valueIn(sections, "bridge", key);
  const stp = keyValue("stp");
  const cloned = valueIn(sections, "ethernet", "cloned-mac-address");
  const mac = cloned ?? keyValue("mac-address");
  return {
    stp: stp === undefined ? usual.stp : /^(true|yes|1)$/.test(stp),
    forwardDelay: Number(keyValue("forward-delay") ?? 0) || usual.forwardDelay,
    macAddress: mac?.includes(":") ? mac.toLowerCase() : undefined,
    macKey: cloned === undefined ? "mac-address in [bridge]" : "cloned-mac-address in [ethernet]",
  };
}

export function findProfileDifferences(text: string | undefined, wanted: WantedOfIt, now: Now): ProfileDifference[] {
  const { stp, forwardDelay, mtu, macAddress } = wanted;
  const said = readBridge(text);
  const mac = said.macAddress ?? now.macAddress;
  const all: (ProfileDifference | false)[] = [
    said.stp !== stp && { property: "stp", says: `stp=${said.stp}`, write: [`stp=${stp} in [bridge]`] },
    said.forwardDelay !== forwardDelay && {
      ...{ property: "forwardDelay", says: `a forward delay of ${said.forwardDelay} s` },
      write: forwardDelay >= leastDelay ? [`forward-delay=${forwardDelay} in [bridge]`] : [],
    },
    macAddress !== undefined &&
      macAddress !== mac && {
        ...{ property: "macAddress", says: `the MAC address ${mac}` },
        write: [`${said.macKey.replace(" ", `=${macAddress.toUpperCase()} `)}`],
      },
    mtu !== undefined &&
      !now.isOfMtu && {
        ...{ property: "mtu", says: "another MTU" },
        write: [`mtu=${mtu} in [ethernet]`, `mtu=${mtu} in [ethernet] of the profile of ${now.port} too`],
      },
    now.addressing !== undefined &&
      !now.isAddressed && { property: "addressing", says: "another addressing", write: addressingKeys(now.addressing) },
  ];
  return all.filter((one) => one !== false);
}

function addressingKeys(addressing: Stanza): string[] {
  return addressingSections(addressing).flatMap(({ name, entries }) =>
    entries.map(([key, value]) => `${key}=${value} in [${name}]`),
  );
}
