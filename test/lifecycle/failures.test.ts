import { SimulatedHost } from "./host/simulatedHost";
import type { Fault } from "./host/tools";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

interface Failure {
  readonly what: string;
  readonly tool: string;
  readonly fault: (host: SimulatedHost) => Fault;
  /** What `up` says of it. */
  readonly says: RegExp;
}

const fails = (stderr: string, code = 1) => ({ code, stderr: `${stderr}\n` });

/** Before the change, while it is applied, and after it: what a real host does seldom, and not when it is asked. */
const failures: Failure[] = [
  {
    what: "systemd starts no timer",
    tool: "systemd-run",
    fault: () => (args) =>
      args.some((arg) => arg.startsWith("--on-active=")) ? fails("Failed to start transient timer unit") : undefined,
    says: /nothing was changed: (.*\n)*? *the host can't be made to undo the change by itself/,
  },
  {
    what: "netplan takes the files in a try, and no more once they are in place",
    tool: "netplan",
    fault: (host) => () => (host.has("/sys/class/net/br0") ? fails("netplan: out of cheese") : undefined),
    says: /rolled back, the host is as before: netplan does not take the files any more: netplan: out of cheese/,
  },
  {
    what: "networkd makes no bridge",
    tool: "networkctl",
    fault: () => () => "",
    says: /rolled back, the host is as before: applying failed: .*networkd did not make br0/,
  },
];

describe("a change of the network that fails leaves the host as it was", () => {
  let host: SimulatedHost;
  let running: SimulatedStack;
  let before: string;
  const network = async () =>
    (await host.must(["ip", "-br", "address"])) +
    (await host.must(["ip", "route"])) +
    (await host.must(["cat", "/etc/netplan/01-netcfg.yaml"]));
  const bridge = () => programOf(host, ["br"]);

  beforeAll(async () => {
    host = await SimulatedHost.start();
    host.libvirt.define("web");
    running = await SimulatedStack.start(host);
    before = await network();
    await running.stack.say(bridge());
  }, 5 * minutes);
  afterAll(async () => {
    await running?.[Symbol.asyncDispose]();
    await host?.[Symbol.asyncDispose]();
  });
  afterEach(() => {
    for (const { tool } of failures) host.tools.break(tool, undefined);
  });

  test.each(failures)(
    "$what",
    async ({ tool, fault, says }) => {
      host.tools.break(tool, fault(host));
      const { code, stdout } = await running.stack.pulumi.up();
      expect(code).not.toBe(0);
      expect(stdout).toMatch(says);
      expect(await network()).toBe(before);
    },
    5 * minutes,
  );

  test(
    "the gateway does not answer once the change is applied",
    async () => {
      host.onCommand = (command) => {
        if (/transaction\.sh' 'probe'|transaction\.sh probe/.test(command)) host.answering.clear();
        return undefined;
      };
      const { code, stdout } = await running.stack.pulumi.up();
      host.onCommand = undefined;
      host.answering.add("192.0.2.1");
      expect(code).not.toBe(0);
      expect(stdout).toMatch(/rolled back, the host is as before: .*the gateway 192\.0\.2\.1 does not answer ping/);
      expect(await network()).toBe(before);
    },
    5 * minutes,
  );

  test(
    "a user who can log in once only, as with a one-time password or over ControlMaster: said, with the way round, and not tried hundreds of times",
    async () => {
      const { ssh } = host;
      const logins = ssh.logins;
      ssh.admits = () => ssh.logins === logins;
      const { code, stdout } = await running.stack.pulumi.up();
      ssh.admits = () => true;
      expect(code).not.toBe(0);
      expect(stdout).toMatch(
        /rolled back, the host is as before: a change is confirmed by a second login, and the host refused that one \(it does not let the user root in\): .* give kvmnet a key or a certificate/,
      );
      expect(ssh.logins).toBe(logins + 1);
      expect(ssh.refused).toBeGreaterThan(2);
      expect(ssh.refused).toBeLessThan(12);
      expect(await network()).toBe(before);
    },
    5 * minutes,
  );

  test(
    "the connection breaks with each confirmation: the host does not stay half changed",
    async () => {
      let broken = 0;
      host.onCommand = (command, _channel, client) => {
        if (!/transaction\.sh'? '?confirm/.test(command)) return undefined;
        broken += 1;
        client.end();
        return "handled";
      };
      const { code } = await running.stack.pulumi.up();
      host.onCommand = undefined;
      expect(broken).toBeGreaterThan(0);
      expect(code).not.toBe(0);
      expect(await network()).toBe(before);
    },
    5 * minutes,
  );

  test(
    "and the next up makes it, and what is on it, after libvirt failed at one thing each time",
    async () => {
      const program = programOf(host, ["br", "lan", "nic", "tap"]);
      const verbs = ["net-start", "attach-device"];
      for (const verb of verbs) {
        host.tools.break("virsh", (args) =>
          args.includes(verb) ? fails(`error: ${verb} is out of order`) : undefined,
        );
        await running.stack.say(program);
        const { code, stdout } = await running.stack.pulumi.up();
        expect(code).not.toBe(0);
        expect(stdout).toContain(`${verb} is out of order`);
      }
      host.tools.break("virsh", undefined);
      await running.stack.up();
      expect(await running.stack.unchanged()).toEqual({ code: 0, said: "" });
    },
    5 * minutes,
  );
});
