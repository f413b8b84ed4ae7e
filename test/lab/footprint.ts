import type { Host } from "./host";

// Not the scopes of SSH sessions: one may end a moment later.
const script = `
cd /
find etc/netplan etc/systemd/network etc/libvirt/qemu var/lib/kvmnet run/systemd/network run/systemd/transient -type f ! -name 'session-*.scope' 2>/dev/null | sort | xargs -r stat -c '%n %a %s %Y'
find etc/netplan etc/systemd/network -type f | sort | xargs -r sha256sum
ip -br address | sed 's/ metric [0-9]*//; s/ *fe80[^ ]*//'
ip route
nft list tables
`;

/** What kvmnet could have changed on a host, as text: files with their times, links, addresses, routes, tables. */
export async function footprint(host: Host): Promise<string> {
  return host.must(["sh", "-c", script]);
}
