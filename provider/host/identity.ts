import type { Host } from "./host";
import type { HostOptions } from "./hostOptions";
import { normal, type Recorded } from "./records";
import { HostError, NewMachine } from "./ssh/hostError";
import type { Voucher } from "./ssh/hostKey";
import { fingerprintOf } from "./ssh/publicKey";
import { words } from "./ssh/vocabulary";

/** Where a user says that a key is right. */
const placesOfKey: Readonly<Partial<Record<Voucher, string>>> = {
  hostKey: "connection.hostKey",
  known_hosts: "known_hosts",
};

/** Whether the user vouches for the key that a host shows. */
export const isVouchedFor = ({ voucher }: Pick<Host, "voucher">): boolean => placesOfKey[voucher] !== undefined;

/**
 * A machine with another machine-id than the known one. With another key too, which the user vouches for, it is the host
 * installed anew; unless that key is another machine's of the stack (`elsewhere`).
 */
export function anotherMachine(
  host: Host,
  machineId: string,
  { hostId, hostKey }: HostOptions,
  elsewhere: boolean,
): HostError {
  const { label } = host;
  const sameKey = hostKey !== undefined && normal(hostKey) === host.hostKey;
  if (hostKey !== undefined && !sameKey && isVouchedFor(host) && !elsewhere) {
    return new NewMachine(
      label,
      `the machine is a new one: its machine-id is ${machineId} instead of ${hostId}, and its host key ${fingerprintOf(host.hostKey)} is the one that ${placesOfKey[host.voucher]} has.`,
    );
  }
  return new HostError(
    "otherMachine",
    label,
    `another machine answers here: its machine-id is ${machineId}, this resource is on ${hostId}.\n` +
      (sameKey
        ? `It has the same host key: either both were made from one image (give each its own, by ssh-keygen -A), or its machine-id was changed: \`echo ${hostId} >/etc/machine-id\` on it, and a reboot, takes that back.`
        : words().correctAddress),
  );
}

/** A machine that this stack has reached before, and that does not answer now: as other stacks say nothing of it, in words alone. */
export function explainUnreachable(error: unknown, names: readonly string[]): unknown {
  if (!(error instanceof HostError) || error.kind !== "unreachable") return error;
  const elsewhere = names.length > 0 ? ` known_hosts has its key for ${names.join(", ")} too.` : "";
  return new HostError(
    error.kind,
    error.host,
    `${error.reason}\nOr it has another address by now, as after an \`up\` that changed the addressing of its Bridge, of whatever stack, or from DHCP: ${words().writeAddress}.${elsewhere}`,
  );
}

/** Two machines with one machine-id, as they go on after the one's name. */
export function cloneWords({ hostKey }: Host, hostId: string, twin: Recorded): string {
  return (
    `it has the machine-id ${hostId} of ${twin.label}, and another host key (${fingerprintOf(hostKey)} instead of ${fingerprintOf(twin.hostKey)}): one of them is a clone of the other.\n` +
    "On the clone, before this stack has anything on it: rm -f /etc/machine-id /var/lib/dbus/machine-id && systemd-machine-id-setup, and reboot it."
  );
}

/** A key that is not the one on record, and is taken all the same. */
export function newKeyWords({ label, hostKey, voucher }: Host, before: string): string {
  return `${label}: it shows the host key ${fingerprintOf(hostKey)}, and this stack has ${fingerprintOf(before)} on record: it is taken for the same host installed anew, or with new keys, as ${placesOfKey[voucher]} has the key.`;
}
