import { SimulatedHost } from "./host/simulatedHost";
import { all, programOf, types } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const updated = (preview: string) =>
  [...preview.matchAll(/^ *~ kvmnet:index:(\w+): \(update\)$/gm)].map(([, type]) => type).sort();

describe("a host that somebody changed", () => {
  let host: SimulatedHost;
  let running: SimulatedStack;
  beforeAll(async () => {
    host = await SimulatedHost.start();
    host.libvirt.define("web");
    running = await SimulatedStack.start(host);
    await running.stack.up(programOf(host));
  }, 5 * minutes);
  afterAll(async () => {
    await running?.[Symbol.asyncDispose]();
    await host?.[Symbol.asyncDispose]();
  });

  test(
    "by hand: each change is seen by a plain preview, and healed",
    async () => {
      const { stack } = running;
      const file = "/etc/netplan/80-kvmnet-br0.yaml";
      host.writeFile(file, host.readFile(file).replace("stp: false", "stp: true"));
      await host.must(["ip", "link", "set", "dev", "br0", "type", "bridge", "stp_state", "1"]);
      await host.must(["rm", "/etc/systemd/system/multi-user.target.wants/kvmnet-netfilter-br0.service"]);
      for (const network of host.libvirt.networks) network.autostart = false;
      await host.must(["ip", "link", "set", "dev", "vnet0", "nomaster"]);
      await host.must(["ip", "link", "delete", "dev", "tap0"]);

      const preview = await stack.preview();
      expect(updated(preview)).toEqual(["Bridge", "BridgeNetfilter", "Network", "Nic", "Tap"]);
      for (const words of [/STP/, /a reboot would lose it/, /autostart|started with the host/, /vnet0/, /tap0/])
        expect(preview).toMatch(words);

      await stack.up();
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      expect((await host.must(["ls", "/sys/class/net/br0/brif"])).split("\n").filter(Boolean).sort()).toEqual([
        "enp1s0",
        "tap0",
        "vnet0",
      ]);
      expect(await host.must(["cat", "/sys/class/net/br0/bridge/stp_state"])).toBe("0\n");
      expect(host.readFile(file)).toContain("stp: false");
    },
    5 * minutes,
  );

  test(
    "so that all is gone: a refresh says so of each, and the next up makes it again",
    async () => {
      const { stack } = running;
      await host.reinstall();
      host.libvirt.define("web");
      const refresh = await stack.pulumi.refresh();
      expect(refresh.code).toBe(0);
      for (const name of all)
        expect(refresh.stdout).toMatch(new RegExp(`^ *- +kvmnet:index:${types[name]} ${name} `, "m"));
      await stack.up();
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
      expect(await host.must(["ip", "-br", "-4", "address"])).toMatch(/^br0 +UP +192\.0\.2\.100\/24/m);
    },
    5 * minutes,
  );

  test(
    "and then went off: what it is for is said, and nothing of the state goes",
    async () => {
      const { stack } = running;
      const before = (await stack.pulumi.exportStack()).deployment.resources;
      await host.turnOff();
      const refresh = await stack.pulumi.refresh();
      await host.turnOn();
      expect(refresh.code).toBe(0);
      expect(refresh.stdout).toContain(`root@127.0.0.1:${host.connection.port}: can't be reached`);
      expect(refresh.stdout.match(/Nothing on this host was looked at/g)).toHaveLength(1);
      expect((await stack.pulumi.exportStack()).deployment.resources).toHaveLength(before?.length ?? 0);
      expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
    },
    5 * minutes,
  );
});
