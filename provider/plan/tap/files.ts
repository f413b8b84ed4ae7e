/** What kvmnet puts on a host for a TAP, beside tap.sh itself. */
export interface TapParameters {
  readonly name: string;
  readonly bridge: string;
  /** A user and a group of the host's. */
  readonly owner: string | undefined;
  readonly group: string | undefined;
  readonly multiQueue: boolean;
  readonly vnetHdr: boolean;
  readonly macAddress: string;
  /** The URN of the resource that it belongs to: another one does not take it away. "": somebody else made it. */
  readonly madeBy: string;
}

export const folderOf = (tap: string): string => `/var/lib/kvmnet/taps/${tap}`;
export const unitOf = (tap: string): string => `kvmnet-tap-${tap}.service`;
export const parametersPath = (tap: string): string => `${folderOf(tap)}/parameters`;
export const scriptPath = (tap: string): string => `${folderOf(tap)}/tap.sh`;
export const unitPath = (tap: string): string => `/etc/systemd/system/${unitOf(tap)}`;
export const enabledPath = (tap: string): string => `/etc/systemd/system/multi-user.target.wants/${unitOf(tap)}`;
export const udevPath = (tap: string): string => `/etc/udev/rules.d/80-kvmnet-tap-${tap}.rules`;

/** What the host keeps of a TAP that kvmnet made; of another one, nothing. */
export function keptParameters(files: ReadonlyMap<string, string>, tap: string): TapParameters | undefined {
  const text = files.get(parametersPath(tap));
  if (text === undefined) return undefined;
  const [name = tap, bridge = "", owner = "-", group = "-", options = "", macAddress = "", ...madeBy] =
    text.split("\n");
  return {
    ...{ name, bridge, macAddress },
    owner: owner === "-" ? undefined : owner,
    group: group === "-" ? undefined : group,
    multiQueue: options.includes("multi_queue"),
    vnetHdr: options.includes("vnet_hdr"),
    madeBy: madeBy.join("\n").trimEnd(),
  };
}

/** The TAPs in a bridge that kvmnet made, there or not. */
export function keptTapsIn(files: ReadonlyMap<string, string>, bridge: string): TapParameters[] {
  const names = [...files.keys()].flatMap(
    (path) => /^\/var\/lib\/kvmnet\/taps\/([^/]+)\/parameters$/.exec(path)?.[1] ?? [],
  );
  return names.flatMap((name) => keptParameters(files, name) ?? []).filter((tap) => tap.bridge === bridge);
}

/** Whose a TAP is, as the parameters on the host say. */
export function makerOf(files: ReadonlyMap<string, string>, tap: string): string | undefined {
  return keptParameters(files, tap)?.madeBy;
}

export function tapFiles(parameters: TapParameters, script: string): Map<string, string> {
  const { name, bridge, owner = "-", group = "-", multiQueue, vnetHdr, macAddress, madeBy } = parameters;
  const options = [multiQueue && "multi_queue", vnetHdr && "vnet_hdr"].filter(Boolean).join(" ") || "-";
  return new Map([
    [scriptPath(name), script],
    [parametersPath(name), `${[name, bridge, owner, group, options, macAddress, madeBy].join("\n")}\n`],
    [
      unitPath(name),
      // Not RemainAfterExit: the udev rule would not run it a second time.
      `# Written by kvmnet.
[Unit]
Description=kvmnet: the TAP ${name} in ${bridge}
After=network-pre.target systemd-networkd.service networking.service nss-user-lookup.target

[Service]
Type=oneshot
ExecStart=/bin/sh ${scriptPath(name)} apply ${folderOf(name)}

[Install]
WantedBy=multi-user.target
`,
    ],
    [
      udevPath(name),
      // The bridge may be made after the unit ran: by networkd, which says that it is ready before, or anew.
      `# Written by kvmnet.
ACTION=="add", SUBSYSTEM=="net", KERNEL=="${bridge}", RUN+="/bin/systemctl --no-block start ${unitOf(name)}"
`,
    ],
  ]);
}
