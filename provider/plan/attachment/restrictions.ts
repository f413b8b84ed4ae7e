import type { XmlElement } from "../../host/facts/libvirt";
import { type Vlan, vlanElement, vlanIn, vlanWords } from "./vlan";

/** A network filter of libvirt's: https://libvirt.org/formatnwfilter.html */
export interface Filter {
  readonly name: string;
  /** What the guest may call itself; undefined: libvirt learns it from what the guest sends first. */
  readonly addresses?: readonly string[] | undefined;
}

/** What a VM may do with a NIC on a LAN. What is not said stays as somebody made it. */
export interface Restrictions {
  readonly isolated?: boolean | undefined;
  readonly filter?: Filter | "none" | undefined;
  readonly vlan?: Vlan | "none" | undefined;
}

/** libvirt has none of them on a macvtap. */
export const unrestricted: Restrictions = { isolated: false, filter: "none", vlan: "none" };

type Xml = { readonly [key: string]: Xml | Xml[] | string | undefined };

const list = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** Whether the bridge gives what this NIC sends to no other isolated port. */
export function isolatedIn({ port }: XmlElement): boolean {
  return (port as Xml | undefined)?.["@isolated"] === "yes";
}

export function filterIn({ filterref }: XmlElement): Filter | undefined {
  const { "@filter": name, parameter } = (filterref ?? {}) as Xml;
  if (typeof name !== "string") return undefined;
  const addresses = list(parameter as Xml | Xml[] | undefined).flatMap((one) =>
    one["@name"] === "IP" && typeof one["@value"] === "string" ? [one["@value"]] : [],
  );
  return { name, ...(addresses.length > 0 && { addresses }) };
}

/** The elements of an <interface> that say it; of the same filter, parameters that kvmnet has no words for stay. */
export function restricted(element: XmlElement, { isolated, filter, vlan }: Restrictions): XmlElement {
  const { port, filterref, vlan: had, ...rest } = element;
  const parameters = list((filterref as Xml | undefined)?.parameter as Xml | Xml[] | undefined);
  const others = parameters.filter((one) => one["@name"] !== "IP");
  const kept = filter !== "none" && filterIn(element)?.name === filter?.name ? others : [];
  return {
    ...rest,
    ...(vlan === undefined ? had !== undefined && { vlan: had } : vlan !== "none" && { vlan: vlanElement(vlan) }),
    ...(isolated === undefined ? port !== undefined && { port } : isolated && { port: { "@isolated": "yes" } }),
    ...(filter === undefined
      ? filterref !== undefined && { filterref }
      : filter !== "none" && {
          filterref: {
            "@filter": filter.name,
            parameter: [...kept, ...(filter.addresses ?? []).map((address) => ({ "@name": "IP", "@value": address }))],
          },
        }),
  };
}

/** "the filter clean-traffic for 192.0.2.77", "no filter". */
export function filterWords(filter: Filter | "none" | undefined): string {
  if (filter === undefined || filter === "none") return "no filter";
  const addresses = [...(filter.addresses ?? [])].sort();
  return `the filter ${filter.name}${addresses.length > 0 ? ` for ${addresses.join(", ")}` : ""}`;
}

/** What a NIC that is made gets, behind what it is on: " (isolated, with the filter clean-traffic)". */
export function restrictionWords({ isolated, filter, vlan }: Restrictions): string {
  const words = [
    ...(vlan === undefined || vlan === "none" ? [] : [`in ${vlanWords(vlan)}`]),
    ...(isolated ? ["isolated"] : []),
    ...(filter === undefined || filter === "none" ? [] : [`with ${filterWords(filter)}`]),
  ];
  return words.length > 0 ? ` (${words.join(", ")})` : "";
}

/** Of an <interface>, what is otherwise than it is to be. */
export function compareRestrictions(element: XmlElement, { isolated, filter, vlan }: Restrictions) {
  return {
    vlan: vlan !== undefined && vlanWords(vlan) !== vlanWords(vlanIn(element)),
    isolated: isolated !== undefined && isolated !== isolatedIn(element),
    filter: filter !== undefined && filterWords(filter) !== filterWords(filterIn(element)),
  };
}
