import { Lan } from "../../lab/lan";
import { releasesFor } from "../../lab/releases";
import { succeeds } from "../../lab/succeeds";
import { network, rolledBack, settlesTo, sh, startUntidy } from "./untidy";

const seconds = 1000;

/** logind does not come back to a bus that was away: each login would wait for it, 25 s. */
const logins = "systemctl restart systemd-logind";
/** What strikes between applied and confirmed, and what a person does afterwards. */
const strikes: Record<string, { readonly strike: string; readonly after?: string; readonly slowLogins?: boolean }> = {
  "D-Bus stopped": {
    strike: "systemctl stop dbus.socket dbus.service",
    after: `systemctl start dbus.socket dbus.service; ${logins}`,
  },
  "D-Bus restarted": { strike: "systemctl restart dbus.service", after: logins },
  "D-Bus killed": { strike: "systemctl kill --signal=KILL dbus.service", after: logins },
  "D-Bus hangs": {
    strike: "systemctl kill --signal=STOP dbus.service",
    after: `systemctl kill --signal=CONT dbus.service; ${logins}`,
    slowLogins: true,
  },
  "networkd hangs": { strike: "systemctl kill --signal=STOP systemd-networkd.service" },
  "isolate multi-user.target": { strike: "systemctl isolate multi-user.target" },
};

describe.each(releasesFor(__filename))("a host whose daemons do not answer, on %s", (release) => {
  test(
    "goes back within the usual time, to what it was",
    async () => {
      await using lan = await Lan.start();
      const { host, stack } = await startUntidy(lan, release);
      await using _host = host;
      await using _stack = stack;
      const before = await network(host);
      const took: string[] = [];
      for (const [name, { strike, after, slowLogins = false }] of Object.entries(strikes)) {
        const { code, stdout, tookMs } = await rolledBack(host, stack, strike, async () => {
          expect(await sh(host, "cat $(ls -dt /var/lib/kvmnet/transactions/* | head -n 1)/state")).toBe(
            "rolled-back\n",
          );
          expect(await lan.engine.must(["ping", "-n", "-c", "1", "-W", "2", host.address])).toContain(" 1 received");
          await settlesTo(host, before);
          if (after) await sh(host, after);
        });
        took.push(`${release}, ${name}: ${(tookMs / 1000).toFixed(1)} s`);
        expect({ name, code }).not.toEqual({ name, code: 0 });
        expect({ name, stdout }).toEqual({
          name,
          stdout: expect.stringMatching(/rolled back, the host is as before/),
        });
        expect({ name, inTime: tookMs < (slowLogins ? 30 : 15) * seconds }).toEqual({ name, inTime: true });
        const ssh = await host.ssh(["true"], { timeout: 60 * seconds });
        expect({ name, code: ssh.code }).toEqual({ name, code: 0 });
      }
      console.log(took.join("\n"));
      await succeeds(stack.up());
      await succeeds(stack.destroy());
    },
    900 * seconds,
  );
});
