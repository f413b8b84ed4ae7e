import { leaseOf } from "./dhcpClients";
import type { ActiveProfiles, DhcpIdentity } from "./keyfile";
import type { Lease } from "./links";

interface ProfileState {
  readonly lease: Lease | undefined;
  readonly identity: DhcpIdentity;
}

/** Of `nmcli -t -f GENERAL.DEVICE,DHCP4,DHCP6 device show`, what DHCP gave each link, and by which identity. */
function parseOptions(text: string): Map<string, ProfileState> {
  const links = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.split("\n")) {
    const [, name] = /^GENERAL\.DEVICE:(.+)$/.exec(line) ?? [];
    if (name !== undefined) {
      current = new Map();
      links.set(name, current);
    }
    // A colon in a value may have a backslash before it.
    const [, key, value] = /^DHCP[46]\.OPTION\[\d+\]:(\w+) = (.*)$/.exec(line.replaceAll(/\\(.)/g, "$1")) ?? [];
    if (key !== undefined && value !== undefined) current?.set(key, value);
  }
  return new Map([...links].map(([name, said]) => [name, parseProfileState(said)]));
}

function parseProfileState(said: ReadonlyMap<string, string>): ProfileState {
  const clientId = said.get("dhcp_client_identifier");
  const lease = leaseOf("NetworkManager", {
    address: said.get("ip_address"),
    servers: said.get("domain_name_servers")?.split(" "),
    mtu: said.get("interface_mtu"),
    time: said.get("dhcp_lease_time"),
  });
  return {
    lease: lease && { ...lease, clientId: clientId?.replaceAll(":", "") },
    identity: { clientId, duid: said.get("dhcp6_client_id"), iaid: said.get("iaid") },
  };
}

/** The leases of links, and the active profiles with the identities that they ask DHCP by. */
export function withLeases(
  { profiles, ...others }: ActiveProfiles,
  text = "",
): { active: ActiveProfiles; leases: Map<string, Lease> } {
  const told = parseOptions(text);
  const active = [...profiles].map(
    ([name, profile]) => [name, { ...profile, identity: told.get(name)?.identity }] as const,
  );
  const leases = [...told].flatMap(([name, { lease }]) =>
    lease && profiles.has(name) ? [[name, lease] as const] : [],
  );
  return { active: { ...others, profiles: new Map(active) }, leases: new Map(leases) };
}
