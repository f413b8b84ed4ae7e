import type { Facts } from "../../host/facts/facts";
import type { Look } from "./impact";

/** Read by systemd-sysctl at a boot and whenever a link of the name comes (sysctl.d(5)). */
export function sysctlPath(bridge: string): string {
  return `/etc/sysctl.d/80-kvmnet-${bridge}.conf`;
}

/** What a link is set to otherwise than a new one would be, as a file for the one that comes in its place; undefined: nothing. */
export function sysctlText(facts: Facts, from: string, to: string): string | undefined {
  const lines = facts.sysctls
    .filter(({ link }) => link === from)
    .map(({ family, key, value }) => `net/${family}/conf/${to}/${key} = ${value}\n`);
  return lines.length === 0 ? undefined : `# Written by kvmnet: what ${from} had.\n${lines.join("")}`;
}

/** Settings of a link in /proc/sys/net: the one that comes in its place gets them. */
export const sysctlsGoOver: Look = (facts, { gone, successor, enslaved }) =>
  enslaved === undefined
    ? []
    : facts.sysctls
        .filter(({ link }) => link === gone)
        .map(({ family, key, value }) => ({
          name: `sysctl:${family}/${key}:${gone}`,
          says: `net.${family}.conf.${gone}.${key} is ${value}: ${successor} gets it too (${sysctlPath(successor)})`,
          remedy: "",
          verdict: "seen to",
        }));
