import { networkScript, pictureOf } from "../lab/networkPicture";
import type { Machine } from "./machine";

/**
 * Without what an arming that was cut off leaves: a boot unit whose condition does not hold, and a marker with another name;
 * without what holds other links until the next boot, where networkd had to be started anew; and without folders of drop-ins,
 * which are told by their files.
 */
export async function picture(machine: Machine): Promise<string> {
  const all = pictureOf(await machine.do(networkScript));
  return all
    .replace(/^file .*(kvmnet-boot\.service|var\/lib\/kvmnet\/armed|kvmnet-held\.conf).*\n/gm, "")
    .replace(/^file run\/systemd\/network\/\S+\.network\.d d .*\n/gm, "");
}

/** Its network once it is one of those wanted: the kernel tells of links that went up or down a moment later. */
export async function settledPicture(machine: Machine, wanted: readonly string[]): Promise<string> {
  for (let looks = 0; ; looks += 1) {
    const now = await picture(machine);
    if (wanted.includes(now) || looks === 10) return now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** How it differs from the one that it is most like. */
export function nearest(now: string, ...wanted: readonly string[]): string {
  const lines = (text: string) => new Set(text.split("\n"));
  const have = lines(now);
  const differences = wanted.map((text) => {
    const want = lines(text);
    return [
      ...[...have].filter((line) => !want.has(line)).map((line) => `+ ${line}`),
      ...[...want].filter((line) => !have.has(line)).map((line) => `- ${line}`),
    ];
  });
  const [least = []] = differences.sort((one, other) => one.length - other.length);
  return least
    .map((line) => `    ${line.slice(0, 2000)}`)
    .slice(0, 12)
    .join("\n");
}
