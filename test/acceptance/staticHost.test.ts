import { foundOn } from "../lab/foundOn";
import { HomelabStack } from "../lab/homelabStack";
import { Lan } from "../lab/lan";
import { everyRelease } from "../lab/releases";

const seconds = 1000;

const netplan = `# kvm1, by hand
network:
  version: 2
  renderer: networkd
  ethernets:
    # the LAN
    enp1s0:
      addresses: [192.0.2.100/24]  # fixed
      nameservers:
        addresses: [192.0.2.1]
        search: [lab.test]
      routes:
        - to: default
          via: 192.0.2.1
      # as the switch has it
      mtu: 1500
    # the storage net
    enp2s0:
      addresses:
      - 198.51.100.2/30
`;

describe.each(everyRelease())("a host with static addressing on %s", (release) => {
  test(
    "keeps address, name resolution and the rest of its file; destroy gives it back byte for byte",
    async () => {
      await using lan = await Lan.start();
      await using host = await lan.startHost({ name: "kvm1", release, netplan, extraNics: ["enp2s0"] });
      expect(host.address).toBe("192.0.2.100");
      await using stack = await HomelabStack.start({
        lan,
        hosts: [host],
        config: { hosts: { kvm1: { bridge: {} } } },
      });

      await using pings = await lan.pingCounter(host.address, { intervalMs: 5 });
      const { code, stdout, stderr } = await stack.up();
      const { sent, lost, longestGapMs } = await pings.stop();
      console.log(`${release}, static: ${lost} of ${sent} pings lost, longest gap ${longestGapMs} ms`);
      expect({ code, said: code === 0 ? "" : stdout + stderr }).toEqual({ code: 0, said: "" });
      expect(lost).toBeLessThanOrEqual(2);

      const addresses = await host.addresses();
      expect(addresses).toMatch(/^br0 .*192\.0\.2\.100\/24/m);
      expect(addresses).toMatch(/^enp2s0 .*198\.51\.100\.2\/30/m);
      expect(addresses).not.toMatch(/^enp1s0/m);
      expect(await host.must(["ip", "route"])).toMatch(/^default via 192\.0\.2\.1 dev br0/m);
      expect(await host.must(["getent", "hosts", "router"])).toContain("192.0.2.1");

      const file = await host.readFile("/etc/netplan/01-netcfg.yaml");
      for (const line of netplan.split("\n").filter((one) => one.includes("#") && !one.includes("fixed")))
        expect(file).toContain(line);
      expect(file).toContain("      mtu: 1500\n");
      expect(file).toContain("    enp2s0:\n      addresses:\n      - 198.51.100.2/30\n");
      expect(file).not.toContain("192.0.2.100");
      expect(await host.readFile("/etc/netplan/80-kvmnet-br0.yaml")).toContain("192.0.2.100/24");

      expect(await foundOn(host)).toEqual([]);
      const destroyed = await stack.destroy();
      expect({ code: destroyed.code, said: destroyed.code === 0 ? "" : destroyed.stdout }).toEqual({
        code: 0,
        said: "",
      });
      expect(await host.readFile("/etc/netplan/01-netcfg.yaml")).toBe(netplan);
      expect(await host.addresses()).toMatch(/^enp1s0 .*192\.0\.2\.100\/24/m);
      expect(await host.must(["ip", "route"])).toMatch(/^default via 192\.0\.2\.1 dev enp1s0/m);
    },
    900 * seconds,
  );
});
