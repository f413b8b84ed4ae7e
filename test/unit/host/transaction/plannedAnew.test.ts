import { kindNamed } from "../../../simulation/changes";
import { nics, prepare } from "../../../simulation/host";
import { Machine } from "../../../simulation/machine";

const files = {
  "first up": "/etc/netplan/01-netcfg.yaml",
  "first up by ifupdown": "/etc/network/interfaces",
  "first up by NetworkManager": "/etc/NetworkManager/system-connections/lan.nmconnection",
  "first up by networkd's own files": "/etc/systemd/network/20-lan.network",
};

test.each(Object.entries(files))(
  "%s: where a hand writes %s between the plan and its begin, it is planned anew",
  async (name, path) => {
    await using machine = await Machine.start(nics);
    const kind = kindNamed(name);
    const { engine } = await prepare(machine, kind);
    let plans = 0;
    const verdict = await engine.change((facts) => {
      plans += 1;
      if (plans === 1) machine.write(path, `${machine.read(path)}# by hand\n`);
      return kind.plan(facts);
    });
    expect({ verdict, plans }).toEqual({ verdict: "confirmed", plans: 2 });
  },
  120_000,
);
