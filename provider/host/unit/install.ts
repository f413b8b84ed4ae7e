import { dirname } from "node:path/posix";
import type { Host } from "../host";
import { writeFiles } from "../writeFiles";

/** Puts the files in place and runs the unit, now and whenever what it is wanted by starts. */
export async function installUnit(host: Host, unit: string, files: ReadonlyMap<string, string>): Promise<void> {
  await writeFiles(host, files);
  // Anew: what the unit is wanted by may be another list than it was. It has systemd read all units again too.
  await systemctl(host, ["--quiet", "reenable", unit]);
  await restartUnit(host, unit);
}

/** Not a start: a run that is under way may have read the files as they were. */
export async function restartUnit(host: Host, unit: string): Promise<void> {
  await systemctl(host, ["restart", unit], `See journalctl -u ${unit} on the host.`);
}

export interface InstalledUnit {
  readonly unit: string;
  /** What the unit's script and its parameters are in. */
  readonly folder: string;
  /** The script and its parameters, which may be gone from the host. */
  readonly files: ReadonlyMap<string, string>;
  /** Another unit that it had started. */
  readonly beside?: string;
  /** Its other files. */
  readonly otherFiles: readonly string[];
  /** Undefined: what it made stays. */
  readonly script?: string;
  /** What the script does when it removes, and what to do where it can't. */
  readonly purpose: string;
  readonly nextStep: string;
}

/** Nothing starts the unit any more, then what it made goes, then the files: the other way round, nobody would know what it made. */
export async function removeUnit(host: Host, installed: InstalledUnit): Promise<void> {
  const { unit, beside, folder, files, otherFiles, script, purpose, nextStep } = installed;
  await host.run(["systemctl", "--quiet", "disable", "--now", unit], { purpose: `disable ${unit}` });
  if (beside !== undefined) await host.run(["systemctl", "stop", beside], { purpose: `stop ${beside}` });
  await host.exec(["rm", "-f", "--", ...otherFiles], { purpose: `remove ${otherFiles.join(", ")}` });
  if (script !== undefined) {
    await writeFiles(host, files);
    await host.exec(["sh", script, "remove", folder], { purpose, nextStep });
  }
  await host.exec(["rm", "-rf", "--", folder], { purpose: `remove ${folder}` });
  const empty = [dirname(folder), dirname(dirname(folder))];
  await host.run(["rmdir", "--ignore-fail-on-non-empty", ...empty], { purpose: "remove folders that are empty" });
  await systemctl(host, ["daemon-reload"]);
}

function systemctl(host: Host, args: readonly string[], nextStep?: string) {
  return host.exec(["systemctl", ...args], { purpose: `systemctl ${args.join(" ")}`, ...(nextStep && { nextStep }) });
}
