import type { CommandResult } from "./command";
import { CommandLine } from "./commandLine";
import type { HomelabStack } from "./homelabStack";
import type { Host } from "./host";
import { networkPicture, settledPicture } from "./networkPicture";
import { held, letGo, strikeAt } from "./strike";
import { succeeds } from "./succeeds";
import { lifted, noOutgoing } from "./wall";

/** What a bridge is confirmed by on a host of these rows: the LAN's name server, which a wall can keep from answering. */
export const confirm = { timeout: 20, probes: [{ tcp: "192.0.2.1:53" }] };

/** An `up` after which the name server does not answer: the host undoes it, and all of its network is as before. */
export async function upIsUndone(stack: HomelabStack, host: Host, before: string): Promise<void> {
  const { struck } = await strikeAt(host, "armed", noOutgoing("tcp dport 53"));
  const [undone] = await Promise.all([stack.up(), struck]);
  await host.must(lifted);
  expect(undone.code).not.toBe(0);
  expect(undone.stdout).toMatch(/the change was rolled back, the host is as before/);
  expect(await settledPicture(host, before)).toBe(before);
}

/** An `up` whose DHCP server is silent from before anything is done until after the host has gone back: how many pings were lost. */
export async function upWithoutDhcp(stack: HomelabStack, host: Host, what: string): Promise<number> {
  const { lan } = host;
  const { struck } = await strikeAt(host, "armed", held);
  await using pings = await lan.pingCounter(host.address, { intervalMs: 5 });
  const going = stack.up();
  await struck;
  await lan.dhcp.silence();
  await host.must(letGo);
  const undone = await going;
  const { sent, lost, longestGapMs } = await pings.stop();
  console.log(`${what}, without a DHCP server: ${lost} of ${sent} pings lost, longest gap ${longestGapMs} ms`);
  expect(undone.code).not.toBe(0);
  expect(undone.stdout).toMatch(/the change was rolled back, the host is as before/);
  return lost;
}

/** An `up` while the host is pinged every 5 ms: how many were lost. */
export function pingedUp(stack: HomelabStack, host: Host, what: string): Promise<number> {
  return pinged(host, what, () => stack.up());
}

/** The same of a `destroy`. */
export function pingedDestroy(stack: HomelabStack, host: Host, what: string): Promise<number> {
  return pinged(host, `${what}, and back`, () => stack.destroy());
}

async function pinged(host: Host, what: string, act: () => Promise<CommandResult>): Promise<number> {
  await using pings = await host.lan.pingCounter(host.address, { intervalMs: 5 });
  await succeeds(act());
  const { sent, lost, longestGapMs } = await pings.stop();
  console.log(`${what}: ${lost} of ${sent} pings lost, longest gap ${longestGapMs} ms`);
  return lost;
}

/** What a preview says of a bridge that takes the lease over from the NIC; it touches nothing. */
export async function leaseMovesInPreview(stack: HomelabStack, host: Host, before: string): Promise<string> {
  const preview = await succeeds(stack.preview());
  expect(preview).toMatch(new RegExp(`${host.address}/24 \\(DHCP\\).* move from enp1s0 to br0\\.`));
  expect(await networkPicture(host)).toBe(before);
  return preview;
}

/** An `up` whose answers do not come through any more once it is applied, and then the plug pulled. */
async function upIsCutOff(stack: HomelabStack, host: Host): Promise<void> {
  const { struck } = await strikeAt(host, "applied", noOutgoing("tcp sport 22"));
  const cut = stack.up();
  await struck;
  await host.reboot({ hard: true });
  expect((await cut).stdout).toMatch(/the host restarted before the change was confirmed/);
}

/** `kvmnet undo` of the last change. */
async function undoLastChange(host: Host): Promise<void> {
  const cli = await CommandLine.of(host);
  const undone = await cli.run("undo", "--yes", `root@${host.address}`);
  expect(undone).toMatchObject({ code: 0, stdout: expect.stringContaining("undone, and confirmed") });
}

/** The plug is pulled once, and a change that was confirmed is undone: each time the host is as before, as `isAsBefore` looks. */
export async function isCutOffThenUndone(
  stack: HomelabStack,
  host: Host,
  isAsBefore: () => Promise<void>,
  isBridged: () => Promise<void> = async () => {},
): Promise<void> {
  await upIsCutOff(stack, host);
  await isAsBefore();

  await succeeds(stack.up());
  await isBridged();
  await undoLastChange(host);
  await isAsBefore();
}
