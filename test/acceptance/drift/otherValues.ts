import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A property as schema.json has it. */
interface Property {
  readonly default?: unknown;
  readonly $ref?: string;
  readonly items?: Property;
  readonly oneOf?: readonly Property[];
}
type Properties = Readonly<Record<string, Property>>;
interface Schema {
  readonly resources: Readonly<
    Record<string, { readonly inputProperties: Properties; readonly isComponent?: boolean }>
  >;
  readonly types: Readonly<Record<string, { readonly properties: Properties }>>;
}
const schema: Schema = JSON.parse(readFileSync(join(__dirname, "../../../provider/schema.json"), "utf8"));

/** A resource in a stack's state. */
export interface Kept {
  readonly type: string;
  readonly urn: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** The kernel of the lab's containers makes no VLAN (802.1Q) and no bridge that tells VLANs apart: test/acceptance/wholeHome and vlans have them in QEMU. */
const ofMachinesAlone = /^(Bridge\.(uplink\.(link|vlan)|vlanFiltering|vlans)|Nic\.vlan\b.*)$/;
/** A homelab's networks are on bridges: test/acceptance/otherWays has one of macvtaps. */
const ofProgramsAlone = /^Network\.(device|mode)$/;

/**
 * Every input of every resource but the way to its host: "Bridge.addressing.routes.metric". A component hands its inputs
 * to the resources that it makes, and nothing on a host can drift from itself.
 */
export function allInputs(): string[] {
  return Object.entries(schema.resources)
    .filter(([, { isComponent }]) => !isComponent)
    .flatMap(([type, { inputProperties }]) => leaves(inputProperties, nameOf(type)))
    .filter((path) => !ofMachinesAlone.test(path) && !ofProgramsAlone.test(path))
    .sort();
}

/** Those that these resources have otherwise than by default; a resource's own name is the default of some. */
export function otherThanDefault(resources: readonly Kept[]): string[] {
  const found = resources.flatMap(({ type, urn, inputs = {} }) => {
    const properties = schema.resources[type]?.inputProperties;
    return properties ? given(properties, inputs, nameOf(type), urn.split("::").at(-1)) : [];
  });
  return [...new Set(found)].sort();
}

const nameOf = (type: string) => String(type.split(":").at(-1));
const isConnection = ({ $ref }: Property) => $ref === "#/types/kvmnet:index:Connection";

function inside({ $ref, items, oneOf = [] }: Property): Properties | undefined {
  const [of] = [$ref, items?.$ref, ...oneOf.map((option) => option.$ref)].filter((one) => one !== undefined);
  return of === undefined ? undefined : schema.types[of.replace("#/types/", "")]?.properties;
}

function leaves(properties: Properties, path: string): string[] {
  return Object.entries(properties).flatMap(([key, property]) => {
    if (isConnection(property)) return [];
    const parts = inside(property);
    return parts ? leaves(parts, `${path}.${key}`) : [`${path}.${key}`];
  });
}

function given(properties: Properties, values: object, path: string, name?: string): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const property = properties[key];
    if (!property || isConnection(property)) return [];
    const parts = inside(property);
    if (parts)
      return [value].flat().flatMap((one) => (one instanceof Object ? given(parts, one, `${path}.${key}`) : []));
    const isEmpty = value instanceof Object && Object.keys(value).length === 0;
    return value === property.default || value === name || isEmpty ? [] : [`${path}.${key}`];
  });
}

const filter = { name: "clean-traffic", addresses: ["192.0.2.77"] };

/** Another value than the default for each input of what the homelab's config has, for a host with this address. */
export const others = (address: string) => ({
  hosts: {
    kvm1: {
      bridge: {
        name: "lan0",
        macAddress: "52:54:00:00:00:0b",
        addressing: {
          dhcp4: true,
          dhcp6: true,
          acceptRa: false,
          addresses: [`${address}/24`],
          routes: [{ to: "default", via: "192.0.2.1", metric: 50 }],
          nameservers: ["192.0.2.1"],
        },
        stp: true,
        forwardDelay: 2,
        mtu: 1400,
        uplink: "enp1s0",
        netfilter: "bypass",
        selfTest: { address: "192.0.2.60/24", resolves: "router.lab.test" },
        confirm: {
          timeout: 40,
          rebootAsLastResort: true,
          probes: [{ ping: "192.0.2.1" }, { tcp: "192.0.2.1:53" }, { dns: "router.lab.test" }],
        },
        accept: ["masquerade:enp1s0"],
        forceDelete: true,
      },
      networks: { lan: { autostart: false, active: false } },
      taps: { tap1: { owner: "helper", group: "kvm", multiQueue: true, vnetHdr: true } },
    },
  },
  vms: {
    web: {
      host: "kvm1",
      nics: {
        lan: { network: "lan", linkState: "down", waitForAddress: 0, isolated: true, triggers: { made: "1" } },
        other: { bridge: "other0", model: "e1000e", macAddress: "52:54:00:00:00:0a", linkState: "down", filter },
        direct: { device: "pair0", mode: "private" },
      },
    },
  },
});
