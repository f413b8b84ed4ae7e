import { type Facts, linkNamed, ports } from "../../host/facts/facts";
import { findNetwork } from "../libvirt/find";
import { lanBridges } from "./bridges";
import type { CheckName } from "./finding";

/** Undone by its own script; of one that has none any more, the mark goes. */
const clear = '[ ! -f "$1" ] || exec sh "$1" leftover; rm -r /var/lib/kvmnet/armed';

/** A command that mends a finding. It moves no address of the host's, or is the end of a transaction of its own. */
export interface Remedy {
  readonly check: CheckName;
  readonly subject: string;
  readonly argv: readonly string[];
}

/** All that can be mended so. The rest is `pulumi up`'s, or a person's. */
export function remediesOf(facts: Facts): Remedy[] {
  return [...leftovers(facts), ...ofPorts(facts), ...ofNetworks(facts), ...ofVms(facts)];
}

/** A change that still runs says so, and is left alone; a `netplan try` that still runs has left no stamp. */
function leftovers({ armed, tryStamp }: Facts): Remedy[] {
  const subject = "host";
  const script = `/var/lib/kvmnet/transactions/${armed}/transaction.sh`;
  return [
    ...(armed === undefined
      ? []
      : [{ check: "unconfirmed-change", subject, argv: ["sh", "-c", clear, "sh", script] } as const]),
    ...(tryStamp === undefined
      ? []
      : [{ check: "netplan-try", subject, argv: ["rm", "/run/netplan/netplan-try.ready"] } as const]),
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
      ...(active ? [] : [{ check: "network-inactive", subject, argv: ["virsh", "net-start", uuid] } as const]),
      ...(autostart ? [] : [{ check: "network-autostart", subject, argv: ["virsh", "net-autostart", uuid] } as const]),
    ];
  });
}

function ofVms(facts: Facts): Remedy[] {
  return (facts.libvirt?.domains ?? []).flatMap(({ name, uuid, live }) =>
    live.flatMap((nic): Remedy[] => {
      const subject = `VM ${name}`;
      const network = nic.network === undefined ? undefined : facts.libvirt && findNetwork(facts.libvirt, nic.network);
      const bridge = nic.network === undefined ? nic.bridge : network?.bridge;
      const tap = nic.tap === undefined ? undefined : linkNamed(facts, nic.tap);
      const stray = tap && bridge !== undefined && tap.master !== bridge && linkNamed(facts, bridge)?.kind === "bridge";
      const back = ["ip", "link", "set", "dev", tap?.name ?? "", "master", bridge ?? ""];
      const plug = ["virsh", "domif-setlink", uuid, nic.mac, "up"];
      return [
        ...(stray ? [{ check: "tap-not-in-bridge", subject, argv: back } as const] : []),
        ...(nic.linkState === "down" ? [{ check: "vm-link-down", subject, argv: plug } as const] : []),
      ];
    }),
  );
}
