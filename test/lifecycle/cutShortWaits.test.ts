import { chosen } from "../lab/chosen";
import { killGroup } from "../lab/command";
import { succeeds } from "../lab/succeeds";
import { SimulatedHost } from "./host/simulatedHost";
import { identities, kept, owners } from "./identities";
import { type Name, type Properties, programOf } from "./program";
import { urnsOf } from "./refactor";
import { each, refactoringTable, type Said, saidOf } from "./refactoringTable";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const mac = (last: number) => ({ macAddress: `52:54:00:00:00:0${last}` });

const line = refactoringTable();

/** Of one that `prepare` itself cuts short. */
const never = /(?!)/;

interface Wait {
  readonly what: string;
  /** What the stack has before. */
  readonly before: readonly Name[];
  /** What it is to have; undefined: nothing. */
  readonly names?: readonly Name[];
  readonly others?: Partial<Record<Name, Properties>>;
  /** The command on the host that does not end, or what is printed while it is waited. */
  readonly at: RegExp;
  readonly prepare?: (host: SimulatedHost, cut: () => void) => () => unknown;
  /** How the error goes on before its cause. */
  readonly says: RegExp;
  /** What the preview of it says; left out: nothing. */
  readonly preview?: Partial<Said>;
  /** What the next preview says; left out: nothing. */
  readonly next?: Partial<Said>;
  /** What a preview of the program of before says then. */
  readonly back?: Partial<Said>;
  /** What the state has of it afterwards; where it has not, the host has not either. */
  readonly state: readonly Name[];
}

const waits: readonly Wait[] = [
  {
    what: "a change of the network in its window",
    ...{ before: [], names: ["br"], preview: { br: "+ create" }, next: { br: "+ create" }, state: [] },
    at: /transaction\.sh'? '?probe/,
    says: /the change was rolled back, the host is as before: /,
  },
  {
    what: "another engine's change of the host",
    ...{ before: [], names: ["br"], preview: { br: "+ create" }, next: { br: "+ create" }, state: [] },
    prepare: (host) => {
      const lease = "/run/kvmnet/lease";
      host.exec(["sh", "-c", `mkdir -p \${0%/*}; echo "b 999999999 an other engine's" >$0`, lease]);
      return () => host.must(["rm", lease]);
    },
    at: /waiting for another change of this host's network/,
    // On a busy machine, the time may be over before the host has said that there is one.
    says: /nothing was changed: the wait for (another change of this host's network \(an other engine's\)|its word whether another change of its network is under way) was cut short: /,
  },
  {
    what: "a host that does not answer",
    ...{ before: [], names: ["br"], preview: { br: "+ create" }, next: { br: "+ create" }, state: [] },
    prepare: (host) => {
      host.turnOff();
      return () => host.turnOn();
    },
    at: /waiting for it, try 2/,
    says: /the dial was given up: /,
  },
  {
    what: "a self-test of the bridge",
    // It is nothing that a host has.
    ...{ before: ["br"], names: ["br", "tried"], state: ["br"] },
    prepare: (host, cut) => {
      let end = (_: string) => {};
      host.tools.break("ping", () => {
        cut();
        return new Promise((resolve) => {
          end = resolve;
        });
      });
      return () => {
        host.tools.break("ping", undefined);
        end("");
      };
    },
    at: never,
    says: /could not try br0 as a VM would: /,
  },
  {
    what: "the address of a guest whose NIC has got another MAC address",
    ...{ before: ["br", "lan", "nic"], names: ["br", "lan", "nic"], state: ["br", "lan", "nic"] },
    ...{ preview: { nic: "~ update" }, next: { nic: "~ update" }, back: { nic: "~ update" } },
    others: { nic: { ...mac(2), waitForAddress: 300 } },
    at: /waiting for its address/,
    says: /web has the NIC 52:54:00:00:00:02, but the wait for its address was cut short: /,
  },
  {
    what: "a guest that does not let its NIC go",
    ...{ before: ["br", "lan", "nic"], preview: { br: "- delete", lan: "- delete", nic: "- delete" } },
    state: ["br", "lan", "nic"],
    prepare: (host, cut) => {
      host.tools.break("virsh", (args) => {
        if (!args.includes("detach-interface")) return undefined;
        cut();
        return "";
      });
      return () => host.tools.break("virsh", undefined);
    },
    at: never,
    says: /web has not let its NIC 52:54:00:00:00:01 go yet, and the wait for that was cut short: /,
  },
];

describe.each([
  { how: "Ctrl-C", cause: /cancelled/ },
  { how: "customTimeouts", cause: /it took longer than the 6 s that customTimeouts allows/ },
])("$how", ({ how, cause }) => {
  let host: SimulatedHost;
  let running: SimulatedStack;
  beforeAll(async () => {
    host = await SimulatedHost.start();
    host.libvirt.define("web");
    running = await SimulatedStack.start(host);
  }, 5 * minutes);
  afterAll(async () => {
    await running?.[Symbol.asyncDispose]();
    await host?.[Symbol.asyncDispose]();
  });

  test.each(chosen(waits, 2, how))(
    "cuts the wait for $what short: what is on the host is in the state, and the error says why",
    async ({ what, before, names, others = {}, at, prepare, says, preview = {}, next = {}, back, state }) => {
      const { stack } = running;
      const { pulumi } = stack;
      const last = (names ?? before).at(-1) ?? "br";
      const limits = { customTimeouts: { create: "6s", update: "6s", delete: "6s" } };
      const limited = (of: Partial<Record<Name, Properties>>, all: readonly Name[]) => {
        const { resources = {} } = programOf(host, all, of);
        const one = resources[last];
        if (how === "Ctrl-C" || one === undefined) return { resources };
        return { resources: { ...resources, [last]: { ...one, options: limits } } };
      };
      await stack.up(limited({ nic: { ...mac(1) } }, before));
      const was = await identities(host);
      await stack.say(limited({ nic: { ...mac(1) }, ...others }, names ?? before));
      const destroys = names === undefined;
      const previewOf = destroys ? ["destroy", "--preview-only"] : ["preview"];
      const plain = ["--diff", "--stack", pulumi.stack, "--non-interactive", "--color", "never"];
      const previewed = saidOf(await pulumi.must([...previewOf, ...plain]));
      expect(previewed).toEqual({ ...each(""), ...preview });
      let interrupt = () => {};
      const cut = () => {
        if (how === "Ctrl-C") interrupt();
      };
      const restore = prepare?.(host, cut);

      const { child, ended } = destroys ? pulumi.startDestroy() : pulumi.startUp();
      interrupt = () => {
        interrupt = () => {};
        killGroup(child, "SIGINT");
      };
      for (const stream of [child.stdout, child.stderr])
        stream?.on("data", (text: string) => {
          if (at.test(text)) cut();
        });
      host.onCommand = (command) => {
        if (!at.test(command)) return undefined;
        cut();
        return "handled";
      };
      const { code, stdout } = await ended;
      host.onCommand = undefined;
      await restore?.();
      expect(code).not.toBe(0);
      expect(stdout.replaceAll(/\n */g, " ")).toMatch(new RegExp(says.source + cause.source));

      expect((await urnsOf(pulumi)).map((urn) => urn.split("::").at(-1)).sort()).toEqual([...state].sort());
      const now = await identities(host);
      for (const name of ["br", "lan", "nic"] as const)
        expect([name, now[name] !== ""]).toEqual([name, state.includes(name)]);
      expect(now).toMatchObject({ br: was.br, lan: was.lan });
      const nextSays = saidOf(await succeeds(pulumi.preview({ args: ["--diff"] })));
      expect(nextSays).toEqual({ ...each(""), ...next });
      if (back) {
        await stack.say(limited({ nic: { ...mac(1) } }, before));
        expect(saidOf(await succeeds(pulumi.preview({ args: ["--diff"] })))).toEqual({ ...each(""), ...back });
      }
      const whose = await owners(host);
      await succeeds(pulumi.destroy());
      const left = await identities(host);
      expect(left).toEqual(each(""));
      const its = kept.filter((name) => (names ?? before).some((one) => one === name));
      line(`${how}: ${what}`, { says: previewed, before: was, after: now, left, whose }, its.slice(-1));
    },
    5 * minutes,
  );
});

test(
  "Ctrl-C, and a host that answers no more, once a change is confirmed: the bridge is on the host and in the state",
  async () => {
    await using host = await SimulatedHost.start();
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    const { pulumi } = stack;
    await stack.say(programOf(host, ["br"]));
    const { child, ended } = pulumi.startUp();
    let confirmed = false;
    host.onCommand = (command) => {
      if (!confirmed) {
        confirmed = /transaction\.sh'? '?confirm/.test(command);
        return undefined;
      }
      killGroup(child, "SIGINT");
      host.turnOff();
      return "handled";
    };
    const { code, stdout } = await ended;
    host.onCommand = undefined;
    await host.turnOn();
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/the change is confirmed, but the host did not answer after it/);
    expect((await identities(host)).br).not.toBe("");
    expect((await urnsOf(pulumi)).map((urn) => urn.split("::").at(-1))).toEqual(["br"]);
    await succeeds(pulumi.destroy());
    expect((await identities(host)).br).toBe("");
  },
  5 * minutes,
);

test(
  "an engine that is killed once a change is confirmed: the next one takes the bridge as its own",
  async () => {
    await using host = await SimulatedHost.start();
    await using running = await SimulatedStack.start(host);
    const { pulumi } = running.stack;
    await running.stack.say(programOf(host, ["br"]));
    const { child, ended } = pulumi.startUp();
    let confirmed = false;
    host.onCommand = (command) => {
      if (confirmed) child.kill("SIGKILL");
      confirmed ||= /transaction\.sh'? '?confirm/.test(command);
      return undefined;
    };
    await ended;
    host.onCommand = undefined;
    const { br } = await identities(host);
    expect(br).not.toBe("");
    expect(await urnsOf(pulumi)).toEqual([]);
    await pulumi.must(["cancel", "--yes", "--stack", pulumi.stack]);
    await succeeds(pulumi.up());
    expect((await identities(host)).br).toBe(br);
    await succeeds(pulumi.destroy());
    expect((await identities(host)).br).toBe("");
  },
  5 * minutes,
);
