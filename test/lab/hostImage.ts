import { must } from "./command";
import { debianMirrors } from "./debianMirrors";
import { image } from "./image";
import { isUbuntu, type Ubuntu, ubuntuMirrors } from "./ubuntu";

export type Release = "bookworm" | "trixie" | "forky" | Ubuntu;

/** Debian's next release is a mirror's as it was when that was last looked at: its Release file may have expired meanwhile. */
const moves = (release: Release) => release === "forky";

/** What a KVM host has on it: the programs that kvmnet may rely on, and no more than a plain one would have. */
export const hostPackages = [
  ...["systemd", "systemd-sysv", "dbus", "udev", "openssh-server", "iproute2", "netplan.io", "libvirt-daemon-system"],
  ...["libvirt-clients", "qemu-system-x86", "iptables", "nftables", "sudo", "procps", "iputils-ping"],
  ...["systemd-resolved", "libnss-resolve"],
];

/**
 * - Each host gets host keys and a machine ID of its own when it boots.
 * - `admin` may use sudo without a password, `helper` with the password "lab".
 * - Nothing runs by the clock: a test host lives for a minute and reaches no mirror.
 */
export const customizeHost = `
set -eu
rm -f "$1"/etc/ssh/ssh_host_*
for user in admin helper; do chroot "$1" useradd --create-home --shell /bin/bash "$user"; done
printf '%s\\n' admin:lab helper:lab | chroot "$1" chpasswd
echo 'admin ALL=(ALL) NOPASSWD: ALL' >"$1/etc/sudoers.d/admin"
echo 'helper ALL=(ALL) ALL' >"$1/etc/sudoers.d/helper"
chmod 440 "$1"/etc/sudoers.d/*
for timer in apt-daily apt-daily-upgrade dpkg-db-backup e2scrub_all fstrim logrotate; do
  ln -sf /dev/null "$1/etc/systemd/system/$timer.timer"
done
ln -sf /dev/null "$1/etc/systemd/system/e2scrub_reap.service"
`;

export interface RootFolder {
  release: Release;
  packages: readonly string[];
  /** Run by a shell before the packages are installed, and after it; `$1` is the root folder. */
  prepare?: string;
  customize: string;
}

/** Installs Debian or Ubuntu into a folder. */
export async function makeRootFolder({ release, packages, prepare, customize }: RootFolder, target: string) {
  const excluded = ["doc", "man", "locale", "info"].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);
  await must([
    ...["mmdebstrap", "--quiet", "--variant=minbase", `--include=${packages.join(",")}`, ...excluded],
    ...(moves(release) ? ['--aptopt=Acquire::Check-Valid-Until "false"'] : []),
    ...(prepare ? [`--essential-hook=${prepare}`] : []),
    ...[
      `--customize-hook=${customize}`,
      release,
      target,
      ...(await (isUbuntu(release) ? ubuntuMirrors(release) : debianMirrors(release))),
    ],
  ]);
}

/** Ubuntu's server has these besides; until 22.04 resolved is in systemd's own package; from 25.10 on sudo is the one written in Rust. */
const ubuntuPackages = (release: Ubuntu) => [
  ...hostPackages.filter((one) => release !== "jammy" || one !== "systemd-resolved"),
  ...["networkd-dispatcher", ...(release === "resolute" ? ["sudo-rs"] : [])],
];

/** 22.04 waits two minutes for guests that hear of no power button. libvirt's own network comes and goes, as it has no dnsmasq. */
const customizeUbuntu = (release: Ubuntu) =>
  `${customizeHost}rm "$1/etc/libvirt/qemu/networks/autostart/default.xml"
${release === "jammy" ? `echo SHUTDOWN_TIMEOUT=5 >>"$1/etc/default/libvirt-guests"\n` : ""}`;

/** Debian's own Docker and firewalls, not started: a test says when they come. And cloud-init, which is off as long as it finds no data. */
const extras = (release: Release) => ({
  // Debian 13's cloud-init conflicts with firewalld.
  packages: [...hostPackages, "docker.io", "cloud-init", "ufw", ...(release === "bookworm" ? ["firewalld"] : [])],
  customize: `${customizeHost}systemctl --quiet --root "$1" disable docker.service docker.socket containerd.service ufw.service${release === "bookworm" ? " firewalld.service" : ""}\n`,
});

/** Debian's own ifupdown with the DHCP client that its installer puts beside it, and nothing else that sees to NICs and name servers. */
const ifupdown = (release: Release) => ({
  packages: [
    ...hostPackages.filter((one) => !["netplan.io", "systemd-resolved", "libnss-resolve"].includes(one)),
    ...["ifupdown", release === "bookworm" ? "isc-dhcp-client" : "dhcpcd-base"],
  ],
  customize: customizeHost,
});

/** A host as Proxmox VE has it, as far as Debian's packages go: ifupdown2, and no libvirt, whose VMs are started by a tool of its own. */
const ifupdown2 = () => ({
  packages: [
    ...["systemd", "systemd-sysv", "dbus", "udev", "openssh-server", "iproute2", "iptables", "nftables", "sudo"],
    ...["procps", "iputils-ping", "ifupdown2"],
  ],
  customize: customizeHost,
});

/** NetworkManager as a desktop's or a server's installer leaves it, which sees to name servers as well. And firewalld, which a test starts. */
const networkManager = () => ({
  packages: [
    ...hostPackages.filter((one) => !["netplan.io", "systemd-resolved", "libnss-resolve"].includes(one)),
    ...["network-manager", "firewalld"],
  ],
  customize: `${customizeHost}systemctl --quiet --root "$1" disable firewalld.service\n`,
});

/** The same beside netplan, which hands its files on to it, as on Ubuntu's desktop. */
const netplanNetworkManager = () => ({ packages: [...hostPackages, "network-manager"], customize: customizeHost });

/** What a host in a container has installed. */
export type HostKind = "plain" | "extras" | "ifupdown" | "ifupdown2" | "networkManager" | "netplanNetworkManager";

/** The root folder of a host, before it has booted: an image for each kind. Hosts boot from overlays of it. */
export async function hostImage(release: Release, kind: HostKind = "plain"): Promise<string> {
  const plain = isUbuntu(release)
    ? { packages: ubuntuPackages(release), customize: customizeUbuntu(release) }
    : { packages: hostPackages, customize: customizeHost };
  const kinds = {
    plain,
    extras: extras(release),
    ifupdown: ifupdown(release),
    ifupdown2: ifupdown2(),
    networkManager: networkManager(),
    netplanNetworkManager: netplanNetworkManager(),
  };
  const recipe = { release, ...kinds[kind] };
  const { folder } = await image(kind === "plain" ? release : `${kind}-${release}`, recipe, (target) =>
    makeRootFolder(recipe, target),
  );
  return folder;
}
