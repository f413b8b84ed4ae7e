import { type Facts, linkNamed, ports } from "../../host/facts/facts";
import { plugIfKept } from "../../host/keptFolder";
import { systemVirsh } from "../../host/libvirt/virsh";
import { filtersVlans, givenVlans, vlanLines } from "../../kernel/vlans";
import { attachmentOf, bridgeOf } from "../attachment/attachment";
import { isolatedIn } from "../attachment/restrictions";
import { portVlansOf, vlanIn } from "../attachment/vlan";
import { lanBridges } from "./bridges";
import type { CheckName } from "./finding";
import { outOfItsVlans } from "./vlans";

/** Undone by its own script; of one that has none any more, the mark goes. */
const clear = '[ ! -f "$1" ] || exec sh "$1" leftover; rm -r /var/lib/kvmnet/armed';

/** A port that left its bridge is isolated no more, and in the VLAN of each port: commands of bridge(8) are the other arguments. */
const isolated = 'ip link set dev "$1" master "$2" && ip link set dev "$1" type bridge_slave isolated on';
const inVlans = `tap=$1 bridge=$2 isolated=$3
shift 3
{ [ "$bridge" = "" ] || { ip link set dev "$tap" down && ip link set dev "$tap" master "$bridge"; }; } &&
	printf '%s\\n' "$@" | bridge -batch - && ip link set dev "$tap" type bridge_slave isolated "$isolated" && ip link set dev "$tap" up`;

/** A command that mends a finding. It moves no address of the host's, or is the end of a transaction of its own. */
export interface Remedy {
  readonly check: CheckName;
  readonly subject: string;
  readonly argv: readonly string[];
}

/** All that can be mended so. The rest is `pulumi up`'s, or a person's. */
export function remediesOf(facts: Facts): Remedy[] {
  return [...leftovers(facts), ...ofPorts(facts), ...ofNetworks(facts), ...ofVms(facts), ...ofVlans(facts)];
}

/** A change that still runs says so, and is left alone; a `netplan try` that still runs has left no stamp. */
function leftovers({ armed, incomplete, tryStamp, unplugged = [], libvirt }: Facts): Remedy[] {
  const subject = "host";
  const script = `/var/lib/kvmnet/transactions/${armed}/transaction.sh`;
  return [
    ...(armed === undefined
      ? []
      : [
          {
            check: incomplete === undefined ? "unconfirmed-change" : "incomplete-way-back",
            ...{ subject, argv: ["sh", "-c", clear, "sh", script] },
          } as const,
        ]),
    ...(tryStamp === undefined
      ? []
      : [{ check: "netplan-try", subject, argv: ["rm", "/run/netplan/netplan-try.ready"] } as const]),
    ...(armed === undefined ? unplugged : []).map(({ vm }) => {
      const name = libvirt?.domains.find(({ uuid }) => uuid === vm)?.name ?? vm;
      // Of several NICs, the first one's goes for all, and takes the script away.
      return { check: "unplugged-nic", subject: `VM ${name}`, argv: plugIfKept } as const;
    }),
  ];
}

function ofPorts(facts: Facts): Remedy[] {
  return lanBridges(facts).flatMap(({ bridge }) =>
    ports(facts, bridge.name).flatMap(({ name, up, carrier, portState }): Remedy[] => {
      const subject = `port ${name}`;
      if (!up) return [{ check: "port-without-carrier", subject, argv: ["ip", "link", "set", "dev", name, "up"] }];
      if (!carrier || portState !== "disabled") return [];
      return [{ check: "port-disabled", subject, argv: ["bridge", "link", "set", "dev", name, "state", "3"] }];
    }),
  );
}

function ofNetworks(facts: Facts): Remedy[] {
  return (facts.libvirt?.networks ?? []).flatMap(({ name, uuid, forward, bridge, active, autostart }): Remedy[] => {
    const there = bridge !== undefined && linkNamed(facts, bridge)?.kind === "bridge";
    if (forward !== "bridge" || !there) return [];
    const subject = `network ${name}`;
    return [
      ...(active ? [] : [{ check: "network-inactive", subject, argv: [...systemVirsh, "net-start", uuid] } as const]),
      ...(autostart
        ? []
        : [{ check: "network-autostart", subject, argv: [...systemVirsh, "net-autostart", uuid] } as const]),
    ];
  });
}

const intoVlans = (tap: string, bridge: string, apart: boolean, vlans: readonly string[]) => [
  ...["sh", "-c", inVlans, "sh", tap, bridge, apart ? "on" : "off"],
  ...vlans,
];

function ofVlans(facts: Facts): Remedy[] {
  return (facts.libvirt?.domains ?? []).flatMap((vm) =>
    outOfItsVlans(facts, vm).map(({ nic, tap, from, to }) => ({
      ...{ check: "tap-not-in-vlan" as const, subject: `VM ${vm.name}` },
      argv: intoVlans(tap.name, "", isolatedIn(nic.element), vlanLines(tap.name, from, to)),
    })),
  );
}

function ofVms(facts: Facts): Remedy[] {
  return (facts.libvirt?.domains ?? []).flatMap(({ name, uuid, live, inactive }) =>
    live.flatMap((nic): Remedy[] => {
      const pulled = nic.linkState === "down" && inactive.find(({ mac }) => mac === nic.mac)?.linkState !== "down";
      const subject = `VM ${name}`;
      const bridge = bridgeOf(facts, attachmentOf(nic));
      const tap = nic.tap === undefined ? undefined : linkNamed(facts, nic.tap);
      const stray = tap && bridge !== undefined && tap.master !== bridge && linkNamed(facts, bridge)?.kind === "bridge";
      const join = ["ip", "link", "set", "dev", tap?.name ?? "", "master", bridge ?? ""];
      const vlan = vlanIn(nic.element);
      const there = linkNamed(facts, bridge ?? "");
      const vlans =
        vlan && filtersVlans(there) ? vlanLines(nic.tap ?? "", givenVlans(there), portVlansOf(vlan, there)) : [];
      const apart = isolatedIn(nic.element);
      const back =
        vlans.length > 0
          ? intoVlans(tap?.name ?? "", bridge ?? "", apart, vlans)
          : apart
            ? ["sh", "-c", isolated, "sh", tap?.name ?? "", bridge ?? ""]
            : join;
      const plug = [...systemVirsh, "domif-setlink", uuid, nic.mac, "up"];
      return [
        ...(stray ? [{ check: "tap-not-in-bridge", subject, argv: back } as const] : []),
        ...(pulled ? [{ check: "vm-link-down", subject, argv: plug } as const] : []),
      ];
    }),
  );
}
