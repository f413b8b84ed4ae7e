import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../test/lab/host";
import { Lan } from "../test/lab/lan";
import { goal, line, measured, median, ratio } from "./figures";
import { Program, seconds } from "./program";

const byHand = readFileSync(join(__dirname, "byHand.sh"), "utf8");
const address = "192.0.2.100/24";
const gateway = "192.0.2.1";

/** The whole job and a preview of it, on hosts of the lab, beside the same by hand and a program with nothing in it. */
export async function job(runs: number): Promise<string[]> {
  await using lan = await Lan.start();
  const [fixed, dhcp] = await Promise.all([
    lan.startHost({ name: "kvm1", addressing: { address, gateway } }),
    lan.startHost({ name: "kvm2", release: "trixie" }),
  ]);
  for (const host of [fixed, dhcp]) await host.startGuest({ name: "web" });
  await using empty = await Program.start("empty", lan.engine);
  await using onFixed = await Program.start("job", lan.engine, given(fixed));
  await using onDhcp = await Program.start("job", lan.engine, given(dhcp));
  const took = {
    ...{ script: [] as number[], empty: [] as number[], fixed: [] as number[], dhcp: [] as number[] },
    ...{ preview: [] as number[], emptyPreview: [] as number[] },
  };
  const lost = { fixed: [] as number[], dhcp: [] as number[] };
  for (let run = 0; run < runs; run++) {
    const before = await fixed.readFile("/etc/netplan/01-netcfg.yaml");
    took.script.push(
      await seconds(() => fixed.ssh(["sh", "-s", "enp1s0", address, gateway, "web"], { input: byHand })),
    );
    await undo(fixed, before);
    took.empty.push(await empty.up());
    for (const [name, host, program] of [
      ["fixed", fixed, onFixed],
      ["dhcp", dhcp, onDhcp],
    ] as const) {
      // Two hundred pings a second would slow down what is timed: they have an `up` of their own.
      await using pings = await lan.pingCounter(host.address, { intervalMs: 5 });
      await program.up();
      lost[name].push((await pings.stop()).lost);
      await program.destroy();
      took[name].push(await program.up());
    }
    took.emptyPreview.push(await empty.preview());
    took.preview.push(await onFixed.preview(["--expect-no-changes"]));
    await Promise.all([onFixed.destroy(), onDhcp.destroy()]);
  }
  const script = measured("one shell script over one SSH connection", "s", took.script);
  const nothing = measured("`pulumi up` of an empty program", "s", took.empty);
  const up = measured("`pulumi up` of bridge, network and NIC, static", "s", took.fixed);
  const nothingSeen = measured("`pulumi preview` of an empty program", "s", took.emptyPreview);
  const seen = measured("`pulumi preview` of the job, with the live read", "s", took.preview);
  return [
    "The whole job",
    ...[script, nothing, up].map(line),
    line(measured("the same, DHCP", "s", took.dhcp)),
    ratio(up, [script, nothing], "script and empty program together"),
    goal(
      "the job, static, against script + empty `up` + 1 s",
      median(took.fixed),
      median(took.script) + median(took.empty) + 1,
      "s",
    ),
    "Preview",
    ...[nothingSeen, seen].map(line),
    ratio(seen, [nothingSeen], "that of an empty program"),
    goal("preview against empty preview + 0.6 s", median(took.preview), median(took.emptyPreview) + 0.6, "s"),
    "Pings lost in one `up`, one ping every 5 ms",
    line(measured("static", "", lost.fixed)),
    line(measured("DHCP", "", lost.dhcp)),
  ];
}

function given({ address: host, hostKey, privateKey }: Host): object {
  return { connection: { host, user: "root", hostKey, privateKey }, domain: "web" };
}

/** The host as it was before the script, past its network. */
async function undo(host: Host, netplan: string): Promise<void> {
  await host.writeFile("/etc/netplan/01-netcfg.yaml", { text: netplan, mode: 0o600 });
  const script = `set -e
virsh -q detach-device web /run/nic.xml --live --config
virsh -q net-destroy lan; virsh -q net-undefine lan
iptables -D FORWARD -i br0 -o br0 -j ACCEPT
ip link del br0; netplan apply`;
  await host.must(["sh", "-c", script]);
  const there = "ip -4 address show dev enp1s0 | grep -q inet && ip route | grep -q '^default.* dev enp1s0'";
  const done = `${there} && ! virsh -q domiflist web | grep -q :`;
  for (const deadline = Date.now() + 30_000; (await host.exec(["sh", "-c", done])).code !== 0; await sleep(50))
    if (Date.now() > deadline) throw new Error(`${host.name} is not as it was before the script`);
}
