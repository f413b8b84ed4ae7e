import { killGroup } from "../lab/command";
import { succeeds } from "../lab/succeeds";
import { SimulatedHost } from "./host/simulatedHost";
import { identities, kept } from "./identities";
import { type Properties, programOf } from "./program";
import { altered, urnsOf } from "./refactor";
import { each } from "./refactoringTable";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const waiting = { nic: { macAddress: "52:54:00:00:00:01", waitForAddress: 300 } };
const done = { nic: { ...waiting.nic, waitForAddress: 0 } };

test.each([
  { how: "customTimeouts", words: /it took longer than the 5 s that customTimeouts allows/ },
  { how: "Ctrl-C", words: /cancelled/ },
])(
  "$how while the guest's address is waited for: the NIC is in the state, is not made again, and goes with its stack",
  async ({ how, words }) => {
    await using host = await SimulatedHost.start();
    const web = host.libvirt.define("web");
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    const { pulumi } = stack;
    const options = how === "customTimeouts" ? { customTimeouts: { create: "5s" } } : {};
    await stack.say(
      altered(programOf(host, kept, waiting), (one, type) =>
        type === "Nic" ? { ...one, options } : (one as Properties),
      ),
    );
    const { child, ended } = pulumi.startUp();
    if (how === "Ctrl-C") {
      while (web.live.length === 0 && child.exitCode === null) await new Promise((later) => setTimeout(later, 50));
      killGroup(child, "SIGINT");
    }
    const { code, stdout } = await ended;
    expect(code).not.toBe(0);
    expect(stdout).toMatch(words);
    expect(await urnsOf(pulumi)).toContainEqual(expect.stringMatching(/::nic$/));
    const before = await identities(host);
    expect(before.nic).toMatch(/^52:54:00:00:00:01 /);

    await stack.say(programOf(host, kept, done));
    await succeeds(pulumi.up());
    expect(await identities(host)).toEqual(before);
    expect(web.live).toHaveLength(1);
    await succeeds(pulumi.preview({ args: ["--expect-no-changes"] }));
    await succeeds(pulumi.destroy());
    expect(await identities(host)).toEqual(each(""));
  },
  5 * minutes,
);
