import { foundOn } from "../lab/foundOn";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { confirm, pingedDestroy } from "../lab/ownerRows";
import { releasesFor } from "../lab/releases";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;
const address = "192.0.2.100/24";
const fixed = `
      addresses: [${address}]
      routes: [{to: default, via: 192.0.2.1}]
      nameservers: {addresses: [192.0.2.1]}
`;
const netplan = (renderer: string, enp1s0: string) =>
  `network:\n  version: 2\n  renderer: ${renderer}\n  ethernets:\n    enp1s0:${enp1s0}`;
const profile = `[connection]
id=lan
uuid=11111111-1111-4111-8111-111111111111
type=ethernet
interface-name=enp1s0

[ipv4]
address1=${address},192.0.2.1
dns=192.0.2.1;
method=manual

[ipv6]
method=auto
`;
const unit = `[Match]
Name=enp1s0

[Network]
Address=${address}
Gateway=192.0.2.1
DNS=192.0.2.1
`;
const desktop = "/etc/netplan/00-desktop.yaml";

/** What a person does who changes over, before the restart; and the file that has the NIC then. */
const ways: readonly { readonly to: string; readonly file: string; readonly text: string }[] = [
  { to: "networkd's own files", file: "/etc/systemd/network/20-lan.network", text: unit },
  { to: "netplan", file: "/etc/netplan/01-netcfg.yaml", text: netplan("networkd", fixed) },
];

describe.each(releasesFor(__filename))(
  "a host on Debian %s that another program configures than at first",
  (release) => {
    let lan: Lan;
    beforeAll(async () => {
      lan = await Lan.start();
    }, 60 * seconds);
    afterAll(() => lan?.[Symbol.asyncDispose](), 60 * seconds);
    const stackOn = (host: Host) =>
      HomelabStack.start({ lan, hosts: [host], config: { hosts: { kvm1: { bridge: { confirm } } } } });
    const left = (host: Host) =>
      host.must([
        "sh",
        "-c",
        "ls -d /etc/NetworkManager/system-connections/kvmnet-* /etc/systemd/network/*kvmnet* /etc/netplan/*kvmnet* /var/lib/kvmnet/bridges/*; true",
      ]);

    test.each(ways)(
      "NetworkManager's bridge is made again in the words of $to, and destroy leaves the NIC as that has it",
      async ({ file, text }) => {
        const isNetplan = file.startsWith("/etc/netplan");
        await using host = await lan.startHost({
          ...{ name: "kvm1", release, addressing: { address }, profiles: { lan: profile } },
          ...(isNetplan && { netplan: "network:\n  version: 2\n" }),
        });
        host.address = "192.0.2.100";
        await using stack = await stackOn(host);
        await succeeds(stack.up());
        const changeOver = async () => {
          await host.writeFile(file, text);
          await host.must(["systemctl", "disable", "--now", "NetworkManager.service"]);
          await host.must(["systemctl", "enable", "systemd-networkd.service"]);
          await host.reboot();
        };
        await changeOver();
        expect(await foundOn(host)).toEqual([
          expect.stringMatching(/bridge-gone.*the host has no br0, and enp1s0 by /s),
        ]);
        expect(await succeeds(stack.refresh())).toMatch(/drift/);
        expect(await succeeds(stack.preview())).toMatch(/enp1s0 was NetworkManager's, and is (networkd|netplan)'s by/);

        await succeeds(stack.up());
        expect(await host.addresses()).toMatch(/^br0 .*192\.0\.2\.100\/24/m);
        expect(await left(host)).not.toMatch(/nmconnection/);
        await host.reboot();
        expect(await host.addresses()).toMatch(/^br0 .*192\.0\.2\.100\/24/m);
        await succeeds(stack.up(["--refresh", "--expect-no-changes"]));
        expect(await foundOn(host)).toEqual([]);

        await succeeds(stack.destroy());
        expect(await host.addresses()).toMatch(/^enp1s0.* 192\.0\.2\.100\/24/m);
        expect(await host.readFile(file)).toBe(text);
        expect(await left(host)).toBe("");
      },
      300 * seconds,
    );

    test(
      "destroy takes away what the program of before has of a bridge that is gone, and leaves the NIC alone",
      async () => {
        await using host = await lan.startHost({
          ...{ name: "kvm1", release, addressing: { address }, profiles: { lan: profile } },
        });
        host.address = "192.0.2.100";
        await using stack = await stackOn(host);
        await succeeds(stack.up());
        await host.writeFile("/etc/systemd/network/20-lan.network", unit);
        await host.must(["systemctl", "disable", "--now", "NetworkManager.service"]);
        await host.must(["systemctl", "enable", "systemd-networkd.service"]);
        await host.reboot();
        expect(await pingedDestroy(stack, host, `${release}, another program's NIC`)).toBe(0);
        expect(await host.addresses()).toMatch(/^enp1s0.* 192\.0\.2\.100\/24/m);
        expect(await left(host)).toBe("");
        await host.reboot();
        expect(await host.addresses()).toMatch(/^enp1s0.* 192\.0\.2\.100\/24/m);
      },
      300 * seconds,
    );

    test(
      "netplan that is to hand the NIC on to NetworkManager at the next restart: found before, and well again once it does not",
      async () => {
        await using host = await lan.startHost({
          name: "kvm1",
          release,
          profiles: {},
          netplan: netplan("networkd", fixed),
        });
        host.address = "192.0.2.100";
        await using stack = await stackOn(host);
        await succeeds(stack.up());
        // NetworkManager runs, and has nothing to do with it.
        expect(await foundOn(host)).toEqual([]);
        await host.writeFile(desktop, "network:\n  version: 2\n  renderer: NetworkManager\n");
        await host.writeFile("/etc/netplan/01-netcfg.yaml", "network:\n  version: 2\n  ethernets:\n    enp1s0: {}\n");
        expect(await foundOn(host)).toEqual([
          expect.stringMatching(/next-boot.*networkd has br0; netplan's renderer of enp1s0 \(.*\) is NetworkManager/s),
        ]);
        expect(await succeeds(stack.up(["--refresh"]))).toMatch(/next-boot.*Set "renderer: networkd" for enp1s0/);
        await host.writeFile(
          "/etc/netplan/01-netcfg.yaml",
          "network:\n  version: 2\n  ethernets:\n    enp1s0: {renderer: networkd}\n",
        );
        expect(await foundOn(host)).toEqual([]);
        await succeeds(stack.up(["--refresh"]));
        await host.reboot();
        expect(await host.addresses()).toMatch(/^br0 .*192\.0\.2\.100\/24/m);
        await succeeds(stack.up(["--refresh", "--expect-no-changes"]));
      },
      300 * seconds,
    );
  },
);
