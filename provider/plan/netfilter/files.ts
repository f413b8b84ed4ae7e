/** What kvmnet puts on a host for a bridge, beside netfilter.sh itself. */
export interface NetfilterParameters {
  readonly bridge: string;
  readonly mode: "accept" | "bypass";
  /** The URN of the resource that it belongs to: another one does not take it away. */
  readonly owner: string;
}

export const folderOf = (bridge: string): string => `/var/lib/kvmnet/netfilter/${bridge}`;
export const unitOf = (bridge: string): string => `kvmnet-netfilter-${bridge}.service`;
/** Is there only to be reloaded with a firewall: systemd reloads none that is not active, and the other unit is none once it ran. */
export const reloadUnitOf = (bridge: string): string => `kvmnet-filter-reload-${bridge}.service`;
export const parametersPath = (bridge: string): string => `${folderOf(bridge)}/parameters`;
export const scriptPath = (bridge: string): string => `${folderOf(bridge)}/netfilter.sh`;
/** netfilter.sh writes it: iptables' chains that have the rule, a line each. */
export const rulesPath = (bridge: string): string => `${folderOf(bridge)}/rules`;
export const unitPath = (bridge: string): string => `/etc/systemd/system/${unitOf(bridge)}`;
export const reloadUnitPath = (bridge: string): string => `/etc/systemd/system/${reloadUnitOf(bridge)}`;
export const enabledPath = (bridge: string): string => `/etc/systemd/system/multi-user.target.wants/${unitOf(bridge)}`;
export const udevPath = (bridge: string): string => `/etc/udev/rules.d/80-kvmnet-netfilter-${bridge}.rules`;

/** Whose the bridge's rules are, as the parameters on the host say. */
export function ownerOf(files: ReadonlyMap<string, string>, bridge: string): string | undefined {
  return files.get(parametersPath(bridge))?.split("\n").slice(2).join("\n").trimEnd();
}

/** The bridge's mode, as the parameters on the host say. */
export function modeOf(files: ReadonlyMap<string, string>, bridge: string): NetfilterParameters["mode"] | undefined {
  const mode = files.get(parametersPath(bridge))?.split("\n")[1];
  return mode === "accept" || mode === "bypass" ? mode : undefined;
}

/**
 * Services that write a firewall when they start or are reloaded: the bridge's rules come after each of these. Where libvirt's
 * daemons are modular (Fedora, RHEL), it is virtnetworkd that does, whenever somebody asks it (libvirt.org/daemons.html).
 */
const writers = [
  ...["nftables", "netfilter-persistent", "ufw", "firewalld", "libvirtd", "virtnetworkd"],
  ...["docker", "k3s", "kubelet"],
];

export function netfilterFiles({ bridge, mode, owner }: NetfilterParameters, script: string): Map<string, string> {
  const services = writers.map((name) => `${name}.service`).join(" ");
  const run = `/bin/sh ${scriptPath(bridge)} apply ${folderOf(bridge)}`;
  return new Map([
    [scriptPath(bridge), script],
    [parametersPath(bridge), `${bridge}\n${mode}\n${owner}\n`],
    [
      unitPath(bridge),
      // Not RemainAfterExit: a start of one of the services would not run it a second time. PartOf: while it runs, a
      // start would be taken for the one under way, a restart is not (systemd's job_type_allows_late_merge).
      `# Written by kvmnet.
[Unit]
Description=kvmnet: let through what ${bridge} forwards between its own ports
After=network-pre.target systemd-sysctl.service ${services}
PartOf=${services}
Wants=${reloadUnitOf(bridge)}
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=${run}

[Install]
WantedBy=multi-user.target ${services}
`,
    ],
    [
      reloadUnitPath(bridge),
      `# Written by kvmnet.
[Unit]
Description=kvmnet: the same for ${bridge} when a firewall is reloaded
After=${services}
ReloadPropagatedFrom=${services}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecReload=${run}
`,
    ],
    [
      udevPath(bridge),
      // As sysctl.d(5) has it for the switches of br_netfilter, which a module brings that may be loaded at any time.
      `# Written by kvmnet.
ACTION=="add", SUBSYSTEM=="module", KERNEL=="br_netfilter", RUN+="/bin/systemctl --no-block start ${unitOf(bridge)}"
`,
    ],
  ]);
}
