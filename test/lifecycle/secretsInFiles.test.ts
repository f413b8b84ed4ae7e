import { Leaks } from "../lab/leaks";
import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const planted = (place: string) => `planted-${place}-3b1f`;
const [wifi, tunnel, was, beside] = ["wifi", "tunnel", "was", "beside"].map(planted) as [
  string,
  string,
  string,
  string,
];

const line = `  wifis: {wlan0: {access-points: {home: {password: "${wifi}"}}}} # not ${beside} any more`;
const netplan = `# The Wi-Fi's password was ${was}.
network:
  version: 2
  tunnels: {wg0: {mode: wireguard, keys: {private: ${tunnel}}}}
  ethernets:
    enp1s0:
      addresses: [192.0.2.100/24] # and ${beside}
      routes:
        - to: default
          via: 192.0.2.1
${line}
`;

/** As netplan says what it does not take: with the line of the file. */
const complaint = `/etc/netplan/01-netcfg.yaml:11:42: Error in network definition: wg0: invalid key '${tunnel}'
${line}
${" ".repeat(41)}^
`;

test(
  "what is secret in a host's files, its comments too, is in nothing that is said: preview, netplan's errors, report, trace",
  async () => {
    await using host = await SimulatedHost.start("kvm1", { netplan });
    await using running = await SimulatedStack.start(host);
    const { pulumi } = running.stack;
    const leaks = new Leaks([wifi, tunnel, was, beside]);
    await running.stack.say(programOf(host, ["br"]));

    const preview = await running.stack.preview();
    expect(preview).toContain("addresses: [192.0.2.100/24] # (hidden)");
    expect(leaks.in(preview)).toEqual([]);

    host.tools.break("netplan", () => ({ code: 78, stderr: complaint }));
    const refused = await pulumi.up();
    expect(refused.stdout).toMatch(
      /nothing was changed: (.*\n)*?.*:11:42: Error in network definition: wg0: invalid key '\(hidden\)'/,
    );
    expect(leaks.in(refused.stdout + refused.stderr)).toEqual([]);

    // It takes the files now, and says the same of them; what fails is another thing.
    host.tools.break("netplan", (args) => {
      host.networkd.netplan(args);
      return { stderr: complaint };
    });
    host.tools.break("networkctl", () => "");
    const rolledBack = await pulumi.up();
    expect(rolledBack.stdout).toMatch(/The host's own log:\n(.*\n)*?.*:11:42: Error in network definition/);
    expect(leaks.in(rolledBack.stdout + rolledBack.stderr)).toEqual([]);
    const kept = await host.must([
      "sh",
      "-c",
      "cat /var/lib/kvmnet/transactions/*/report /var/lib/kvmnet/transactions/*/log",
    ]);
    expect(kept).toContain(":11:42: Error");
    expect(new Leaks([wifi, was, beside]).in(kept)).toEqual([]);

    const trace = await running.trace();
    expect(trace).toMatch(/^stdin: \d+ bytes, not shown\nexit code \d+ after /m);
    expect(trace).toContain("addresses: [192.0.2.100/24] # (hidden)");
    expect(trace).toContain(": undo the change\n");
    expect(leaks.in(trace)).toEqual([]);
  },
  5 * minutes,
);
