import type { HostOptions } from "./hostSpec";
import type { FileContent } from "./overlay";

export interface HostIdentity {
  machineId: string;
  /** The one key that every user takes. */
  authorizedKey: string;
  hostKey: { private: string; public: string };
}

/** The files that make a host of the image: who it is, who may come in, and how its network is configured. */
export function hostFiles(options: HostOptions, { machineId, authorizedKey, hostKey }: HostIdentity) {
  const { name } = options;
  const files: Record<string, FileContent> = {
    "/etc/hostname": `${name}\n`,
    "/etc/hosts": `127.0.0.1 localhost\n127.0.1.1 ${name}.lab.test ${name}\n::1 localhost\n`,
    // Without one, systemd takes the boot for the first and enables every unit that the distribution presets.
    "/etc/machine-id": `${machineId}\n`,
    "/etc/ssh/ssh_host_ed25519_key": { text: hostKey.private, mode: 0o600 },
    "/etc/ssh/ssh_host_ed25519_key.pub": hostKey.public,
    "/etc/ssh/sshd_config.d/lab.conf": "HostKey /etc/ssh/ssh_host_ed25519_key\nUseDNS no\n",
    ...authorizedKeys(authorizedKey),
    "/etc/ssh/sshd_config.d/users.conf": "Match User admin,helper\n  AuthorizedKeysFile /etc/ssh/lab_authorized_keys\n",
    ...networkFiles(options),
  };
  return { ...files, ...options.files };
}

export function authorizedKeys(publicKey: string): Record<string, FileContent> {
  return {
    "/root/.ssh/authorized_keys": { text: `${publicKey}\n`, mode: 0o600 },
    // One for both users: sshd wants it owned by its user or by root.
    "/etc/ssh/lab_authorized_keys": `${publicKey}\n`,
  };
}

function networkFiles({ interfaces, ifupdown2, profiles, ...options }: HostOptions): Record<string, FileContent> {
  const byNetplan = { "/etc/netplan/01-netcfg.yaml": { text: netplanOf(options), mode: 0o600 } };
  if (profiles !== undefined)
    return { ...profileFiles(profiles, options), ...(options.netplan !== undefined && byNetplan) };
  if (interfaces === undefined) return byNetplan;
  return {
    "/etc/network/interfaces": interfaces,
    "/etc/resolv.conf": "nameserver 192.0.2.1\nsearch lab.test\n",
    // What udev would do, which does not run in a container.
    ...(!ifupdown2 && {
      "/etc/systemd/system/networking.service.d/lab.conf":
        "[Service]\nExecStartPost=-/sbin/ifup --all --allow=hotplug\n",
    }),
  };
}

function profileFiles(profiles: Record<string, string>, { nicName = "enp1s0", extraNics = [] }: HostOptions) {
  const own = Object.entries(profiles).map(([name, text]): [string, FileContent] => [
    `/etc/NetworkManager/system-connections/${name}.nmconnection`,
    { text, mode: 0o600 },
  ]);
  // NetworkManager leaves the ends of veth pairs alone, which is what a container's NICs are.
  const managed = [nicName, ...extraNics].map(
    (nic) => `SUBSYSTEM=="net", ENV{INTERFACE}=="${nic}", ENV{NM_UNMANAGED}="0"\n`,
  );
  return { ...Object.fromEntries(own), "/etc/udev/rules.d/86-lab.rules": managed.join("") };
}

/** As an installer would write it. */
export function netplanOf({ netplan, nicName: nic = "enp1s0", addressing = "dhcp" }: HostOptions): string {
  if (netplan !== undefined) return netplan;
  const lines = ["network:", "  version: 2", "  renderer: networkd", "  ethernets:", `    ${nic}:`];
  if (addressing === "dhcp") {
    lines.push("      dhcp4: true");
  } else if (addressing === "dhcp6") {
    lines.push("      dhcp6: true");
  } else if (addressing === "slaac") {
    lines.push("      dhcp4: false", "      accept-ra: true");
  } else {
    const { address, gateway = "192.0.2.1", nameservers = ["192.0.2.1"] } = addressing;
    lines.push("      addresses:", `        - ${address}`);
    lines.push("      routes:", "        - to: default", `          via: ${gateway}`);
    lines.push("      nameservers:", `        addresses: [${nameservers.join(", ")}]`);
  }
  return `${lines.join("\n")}\n`;
}
