import { type ChangeKind, kindNamed } from "../../../simulation/changes";
import { nics, prepare } from "../../../simulation/host";
import { Machine } from "../../../simulation/machine";

const destroy = kindNamed("destroy");
const [uplink, other] = ["enp2s0", "enp1s0"];

/** The addressing of both NICs, the other way round. */
const swapped = (text: string) =>
  text.replaceAll("enp1s0", "other").replaceAll("enp2s0", "enp1s0").replaceAll("other", "enp2s0");

test("where a hand has added another NIC to the bridge, destroy gives the addressing to the uplink that is on record", async () => {
  const kind: ChangeKind = { ...destroy, netplan: swapped(destroy.netplan) };
  await using machine = await Machine.start(nics);
  const { simulation, engine } = await prepare(machine, kind);
  expect(await machine.do("ls /sys/class/net/br0/brif")).toBe(`${uplink}\n`);
  // The lower index, and the first in order.
  await machine.do(`ip link set dev ${other} master br0`);
  const verdict = await engine.transact(kind.plan(await engine.facts()));
  expect(verdict).toBe("confirmed");
  expect(await machine.do(`ip -o -4 address show scope global | awk '{ print $2, $4 }'`)).toBe(
    `${uplink} 192.0.2.100/24\n`,
  );
  await simulation.boot();
  expect(await machine.do(`ip -o -4 address show scope global | awk '{ print $2, $4 }'`)).toBe(
    `${uplink} 192.0.2.100/24\n`,
  );
}, 300_000);
