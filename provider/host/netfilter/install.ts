import { dirname } from "node:path/posix";
import type { Host } from "../host";
import { readScript } from "../script";

export const netfilterScript = readScript(__dirname, "netfilter.sh");

const write = 'umask 022 && mkdir -p "$(dirname "$1")" && cat >"$1.new" && mv "$1.new" "$1"';

/** Puts the files in place and runs the unit. */
export async function installNetfilter(host: Host, unit: string, files: ReadonlyMap<string, string>): Promise<void> {
  await writeFiles(host, files);
  await systemctl(host, ["daemon-reload"]);
  // Anew: what the unit is wanted by may be another list than it was.
  await systemctl(host, ["--quiet", "reenable", unit]);
  // Not start: a run that is under way may have read the files as they were.
  await systemctl(host, ["restart", unit], `See journalctl -u ${unit} on the host.`);
}

/**
 * Nothing starts the unit any more, then the rules go, then the files: the other way round, nobody would know the rules.
 * `files` are the script and its parameters, which may be gone from the host; `others` what else is to be removed.
 */
export async function removeNetfilter(
  host: Host,
  unit: string,
  folder: string,
  files: ReadonlyMap<string, string>,
  others: readonly string[],
): Promise<void> {
  await host.run(["systemctl", "--quiet", "disable", "--now", unit], { purpose: `disable ${unit}` });
  await host.exec(["rm", "-f", "--", ...others], { purpose: `remove ${others.join(", ")}` });
  await writeFiles(host, files);
  await host.exec(["sh", `${folder}/netfilter.sh`, "remove", folder], {
    purpose: "take the rules for bridged frames away",
    nextStep: "The rules are those with kvmnet in their comment; run this again, or delete them by hand.",
  });
  await host.exec(["rm", "-rf", "--", folder], { purpose: `remove ${folder}` });
  const empty = [dirname(folder), dirname(dirname(folder))];
  await host.run(["rmdir", "--ignore-fail-on-non-empty", ...empty], { purpose: "remove folders that are empty" });
  await systemctl(host, ["daemon-reload"]);
}

async function writeFiles(host: Host, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of files)
    await host.exec(["sh", "-c", write, "sh", path], { purpose: `write ${path}`, input: text });
}

function systemctl(host: Host, args: readonly string[], nextStep?: string) {
  return host.exec(["systemctl", ...args], { purpose: `systemctl ${args.join(" ")}`, ...(nextStep && { nextStep }) });
}
