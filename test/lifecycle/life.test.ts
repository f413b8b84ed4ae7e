import { SimulatedHost } from "./host/simulatedHost";
import { all, programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

/** Links, their addresses and routes, less what the kernel numbers and counts. */
async function networkOf(host: SimulatedHost): Promise<string> {
  const links = await host.must(["ip", "-br", "address"]);
  return links.replaceAll(/@if\d+|[ ]+$/gm, "") + (await host.must(["ip", "route"]));
}

const files = async (host: SimulatedHost) =>
  await host.must([
    "sh",
    "-c",
    "find /etc /var/lib/kvmnet -type f ! -path '/etc/alternatives/*' ! -path '*/transactions/*' ! -name lock | sort; cat /etc/netplan/*",
  ]);

test(
  "each resource is made, stays as it is, is changed in place and goes, and leaves the host as it was",
  async () => {
    await using host = await SimulatedHost.start();
    const web = host.libvirt.define("web");
    const [before, filesBefore] = [await networkOf(host), await files(host)];
    await using running = await SimulatedStack.start();
    const { stack } = running;

    await stack.up(programOf(host));
    expect(await host.must(["ip", "-br", "-4", "address"])).toMatch(/^br0 +UP +192\.0\.2\.100\/24/m);
    const tap = (live: { target: Record<string, string> }[]) => live[0]?.target["@dev"];
    expect(tap(web.live)).toBe("vnet0");
    expect((await host.must(["ls", "/sys/class/net/br0/brif"])).split("\n").sort().filter(Boolean)).toEqual([
      "enp1s0",
      "tap0",
      "vnet0",
    ]);
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });

    const changed = programOf(host, all, {
      br: { mtu: 1400 },
      filter: { mode: "bypass" },
      lan: { autostart: false },
      nic: { linkState: "down" },
      tap: { owner: "alice" },
      tried: { triggers: { again: "1" } },
    });
    const preview = await stack.preview(changed);
    for (const type of ["Bridge", "BridgeNetfilter", "Network", "Nic", "Tap", "BridgeSelfTest"])
      expect(preview).toMatch(new RegExp(`^ *~ kvmnet:index:${type}: \\(update\\)$`, "m"));
    await stack.up();
    expect(await host.must(["cat", "/sys/class/net/br0/mtu"])).toBe("1400\n");
    expect(host.libvirt.networks).toMatchObject([{ name: "lan", autostart: false }]);
    expect(web.live).toMatchObject([{ link: { "@state": "down" } }]);
    expect(await stack.unchanged()).toEqual({ code: 0, said: "" });

    expect((await stack.pulumi.destroy()).code).toBe(0);
    expect(await networkOf(host)).toBe(before);
    expect(await files(host)).toBe(filesBefore);
    expect(host.libvirt.networks).toEqual([]);
    expect(web).toMatchObject({ live: [], inactive: [] });
  },
  5 * minutes,
);
