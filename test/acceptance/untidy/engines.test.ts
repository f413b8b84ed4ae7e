import { HomelabStack } from "../../lab/homelabStack";
import { Lan } from "../../lab/lan";
import { strikeAt } from "../../lab/strike";
import { succeeds } from "../../lab/succeeds";
import { configOf, sh, startUntidy } from "./untidy";

const seconds = 1000;

/** It takes its three seconds before the change, as it is dead. */
const slowProbe = { confirm: { timeout: 12, probes: [{ tcp: "192.0.2.99:9" }] } };

test(
  "of two engines that want the NIC for a bridge each, one gets it, and the other one plans for what is then there",
  async () => {
    await using lan = await Lan.start();
    const { host, stack } = await startUntidy(lan, "bookworm");
    await using _host = host;
    await using _stack = stack;
    await using other = await HomelabStack.start({
      lan,
      hosts: [host],
      config: configOf(host, { name: "br1", ...slowProbe }),
    });
    const [one, two] = await Promise.all([stack.up(), other.up()]);
    expect([one.code, two.code].filter((code) => code === 0)).toHaveLength(1);
    const [got, refused] = one.code === 0 ? ["br0", two] : ["br1", one];
    expect(refused.stdout).toMatch(/nothing was changed|already a port|is a port of|is a bridge already|belongs to/);
    const links = await sh(host, "ls /sys/class/net; ls /var/lib/kvmnet; cat /var/lib/kvmnet/transactions/*/state");
    expect(links.match(/^br\d$/gm)).toEqual([got]);
    expect(links).not.toContain("armed");
    expect(links.match(/^(confirmed|rolled-back|incomplete)$/gm)).toEqual(["confirmed"]);
    // Nothing of it is held: networkd that reads its files again changes nothing.
    await sh(host, "touch /run/systemd/network/*.network; networkctl reload; sleep 1");
    const addresses = await host.addresses();
    expect(addresses).toMatch(new RegExp(`^${got} .*192\\.0\\.2\\.100/24`, "m"));
    expect(addresses).not.toMatch(/^enp1s0 /m);

    // The SSH server is away for a moment once the change of the winner is applied: that is no verdict.
    const winner = one.code === 0 ? stack : other;
    await winner.configure(configOf(host, { name: got, mtu: 1400, confirm: { timeout: 30 } }));
    const { struck } = await strikeAt(
      host,
      "verified",
      "systemctl stop ssh; systemd-run --quiet --on-active=4 systemctl start ssh; pkill -f 'sshd: [r]oot' || true",
    );
    const up = winner.startUp();
    await struck;
    const { code, stdout } = await up.ended;
    expect({ code, said: code === 0 ? "" : stdout }).toEqual({ code: 0, said: "" });
    expect(await host.readFile(`/sys/class/net/${got}/mtu`)).toBe("1400\n");

    // An engine that died while it planned: its lease is waited for, and runs out.
    await sh(host, "echo dead $(($(cut -d. -f1 /proc/uptime) + 4)) an engine that died >/run/kvmnet/lease");
    await winner.configure(configOf(host, { name: got, mtu: 1500 }));
    await succeeds(winner.up());
    await succeeds(winner.destroy());
  },
  600 * seconds,
);
