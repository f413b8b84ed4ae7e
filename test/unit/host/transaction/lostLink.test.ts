import { kindNamed } from "../../../simulation/changes";
import { nics, prepare } from "../../../simulation/host";
import { Machine } from "../../../simulation/machine";

test.each(["destroy", "rename", "another uplink"])(
  "networkd 249, which tells nothing of a port that left its bridge, is told to set it up anew: %s",
  async (name) => {
    await using machine = await Machine.start(nics);
    const { simulation, engine, planned } = await prepare(machine, kindNamed(name));
    const state = `/run/systemd/netif/links/${(await machine.do("cat /sys/class/net/enp1s0/ifindex")).trim()}`;
    simulation.networkd.loses = true;
    expect({ verdict: await engine.transact(planned), told: engine.told() }).toMatchObject({ verdict: "confirmed" });
    expect(machine.read(state)).toContain("ADMIN_STATE=configured");
    expect(await machine.do("cat /run/systemd/resolve/resolv.conf")).toContain("nameserver 192.0.2.1");
  },
  300_000,
);
