import type { ChangeKind } from "./changes";
import { sync } from "./disk";
import { Engine, type Planned } from "./engine";
import type { Machine } from "./machine";
import { nmcli } from "./networkManager";
import { Simulation } from "./simulation";

const firstId = "000000000001";
const id = "000000000002";

export const nics = [
  { name: "enp1s0", mac: "52:54:00:00:00:01" },
  { name: "enp2s0", mac: "52:54:00:00:00:02" },
];

/** A host on which a kind of change is about to be made. */
export interface Prepared {
  readonly simulation: Simulation;
  readonly engine: Engine;
  readonly planned: Planned;
}

/** A machine as the installer left it, booted, with what was changed before. */
export async function prepare(machine: Machine, kind: ChangeKind): Promise<Prepared> {
  const simulation = new Simulation(machine, { gateway: "192.0.2.1", others: [], answers: true });
  await machine.do(
    "mkdir -p /etc/network /etc/NetworkManager; rm -f /var/lib/dhcp/*; find /etc/network /etc/NetworkManager /etc/netplan /etc/systemd/network /etc/systemd/system /var/lib/kvmnet -mindepth 1 -delete",
  );
  machine.write("/etc/netplan/01-netcfg.yaml", kind.netplan);
  const { files = {} } = kind;
  const has = (part: string) => Object.keys(files).some((path) => path.includes(part));
  await machine.do("rm -f /mnt/tools/ifup /mnt/tools/nmcli");
  if (has("/network/interfaces")) await machine.do("cp /usr/bin/true /mnt/tools/ifup");
  if (has("/NetworkManager/")) {
    machine.write("/mnt/tools/nmcli", nmcli);
    // Its package brings the folder.
    await machine.do("chmod 755 /mnt/tools/nmcli; mkdir -p /etc/NetworkManager/dispatcher.d/pre-up.d");
  }
  for (const [path, text] of Object.entries(files)) machine.write(path, text);
  await simulation.boot();
  if (kind.first) {
    const engine = new Engine(simulation, firstId);
    const verdict = await engine.transact(kind.first(await engine.facts()));
    if (verdict !== "confirmed") throw new Error(`the change before was ${verdict}`);
  }
  await doByHand(simulation, kind);
  simulation.forget();
  const engine = new Engine(simulation, id);
  return { simulation, engine, planned: kind.plan(await engine.facts()) };
}

/** What is on the machine's disk now is where each run begins. */
export async function keepStart(simulation: Simulation, kind: ChangeKind): Promise<void> {
  await simulation.machine.do("rm -rf /mnt/base && cp -a /mnt/disk /mnt/base");
  await simulation.boot();
  await doByHand(simulation, kind);
}

async function doByHand({ machine }: Simulation, { byHand }: ChangeKind): Promise<void> {
  if (byHand !== undefined) await machine.do(byHand);
}

/** All of it is synced: else a power cut before the first sync of a run would leave what the run before has synced. */
export async function backToStart(simulation: Simulation, kind: ChangeKind): Promise<void> {
  simulation.cut("written");
  await simulation.machine.do(
    `for part in etc kvmnet; do find /mnt/disk/$part -mindepth 1 -delete; cp -a /mnt/base/$part/. /mnt/disk/$part/; done; ${sync}`,
  );
  simulation.faults = [];
  await simulation.boot();
  await doByHand(simulation, kind);
  simulation.forget();
}
