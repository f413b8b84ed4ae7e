import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "./host";

/** Where NetworkManager has its profiles. */
export const profileFolder = "/etc/NetworkManager/system-connections";

/** The UUID of the profile that a link has, once NetworkManager is through with it; else what it says of the link. */
export async function profileOf(host: Host, link: string, wanted = /./): Promise<string> {
  for (const until = Date.now() + 20_000; ; await sleep(200)) {
    const asked = ["nmcli", "-g", "GENERAL.STATE,GENERAL.CON-UUID", "device", "show", link];
    const { stdout } = await host.exec(asked, { timeout: 10_000 });
    const [state = "", uuid = ""] = stdout.split("\n");
    const through = state.startsWith("100 ") && wanted.test(uuid);
    if (through || Date.now() > until) return through ? uuid : `${state} ${uuid}`;
  }
}

/** The UUID of a profile of kvmnet's. */
export async function ownProfile(host: Host, kind: "bridge" | "port", bridge: string): Promise<string> {
  const text = await host.readFile(`${profileFolder}/kvmnet-${kind}-${bridge}.nmconnection`);
  return /^uuid=(.*)$/m.exec(text)?.[1] ?? "";
}

/** The host's address is on the bridge, and its way to the LAN; both links are NetworkManager's by kvmnet's profiles. */
export async function isOnBridge(host: Host, bridge: string): Promise<void> {
  expect(await profileOf(host, bridge)).toBe(await ownProfile(host, "bridge", bridge));
  expect(await profileOf(host, "enp1s0")).toBe(await ownProfile(host, "port", bridge));
  const addresses = await host.addresses();
  expect(addresses).toMatch(new RegExp(`^${bridge} .*${host.address}/24`, "m"));
  expect(addresses).not.toMatch(/^enp1s0 .*192/m);
  const route = `^default via 192\\.0\\.2\\.1 dev ${bridge}`;
  expect(await host.must(["ip", "route"])).toMatch(new RegExp(route, "m"));
  expect(await host.must(["getent", "hosts", "router.lab.test"])).toContain("192.0.2.1");
}

/** The user's profiles, byte for byte, and no others but those named. */
export async function hasProfiles(host: Host, profiles: Record<string, string>, more: string[] = []): Promise<void> {
  const names = (await host.must(["ls", profileFolder])).split("\n").filter(Boolean).sort();
  expect(names).toEqual([...Object.keys(profiles), ...more].map((name) => `${name}.nmconnection`).sort());
  for (const [name, text] of Object.entries(profiles))
    expect(await host.readFile(`${profileFolder}/${name}.nmconnection`)).toBe(text);
}
