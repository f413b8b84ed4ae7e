import { succeeds } from "../lab/succeeds";
import { SimulatedHost } from "./host/simulatedHost";
import { identities, kept, owners } from "./identities";
import { programOf } from "./program";
import { urnsOf } from "./refactor";
import { each, saidOf } from "./refactoringTable";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

test(
  "--target: one resource is changed or destroyed, alone or with what is on it, and refused for its own reasons alone",
  async () => {
    await using host = await SimulatedHost.start();
    host.libvirt.define("web");
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    const { pulumi } = stack;
    await stack.up(programOf(host, kept));
    const before = await identities(host);
    const urns = new Map((await urnsOf(pulumi)).map((urn) => [urn.split("::").at(-1), urn]));
    const target = (name: string, ...args: readonly string[]) => ["--target", urns.get(name) ?? "", ...args];
    const names = async () => (await urnsOf(pulumi)).map((urn) => urn.split("::").at(-1)).sort();
    // A VM that Pulumi knows nothing of runs on the bridge: that is a reason for the bridge alone.
    host.libvirt.define("db");
    const nic = '<interface type="bridge"><mac address="52:54:00:00:00:02"/><source bridge="br0"/></interface>';
    const attach = ["-c", "qemu:///system", "attach-device", "db", "/dev/stdin", "--config", "--live"];
    expect(await host.libvirt.virsh(attach, nic)).toEqual(expect.any(String));

    await stack.say(programOf(host, kept, { lan: { autostart: false }, nic: { linkState: "down" } }));
    const says = async (...args: readonly string[]) =>
      saidOf(await succeeds(pulumi.preview({ args: ["--diff", ...args] })));
    expect(await says(...target("lan"))).toEqual({ ...each(""), lan: "~ update" });
    expect(await says(...target("lan", "--target-dependents"))).toEqual({
      ...{ ...each(""), lan: "~ update", nic: "~ update" },
    });
    await succeeds(pulumi.up({ args: target("lan") }));
    expect(await says()).toEqual({ ...each(""), nic: "~ update" });
    expect(await identities(host)).toEqual(before);

    const [there, whose] = [await names(), await owners(host)];
    for (const [args, why] of [
      [target("lan"), /Nic::nic' will be destroyed but was not specified in --target list/],
      [target("br", "--target-dependents"), /nothing was deleted: the bridge br0 can't be deleted: db runs on it/],
    ] as const) {
      const { code, stdout, stderr } = await pulumi.destroy({ args });
      expect(stdout + stderr).toMatch(why);
      expect(code).not.toBe(0);
      expect([await names(), await identities(host), await owners(host)]).toEqual([there, before, whose]);
    }
    await succeeds(pulumi.destroy({ args: target("filter") }));
    await succeeds(pulumi.destroy({ args: target("lan", "--target-dependents") }));
    expect(await names()).toEqual(["br", "tap"]);
    expect(await identities(host)).toEqual({ ...before, filter: "", lan: "", nic: "" });

    host.libvirt.undefine("db");
    await succeeds(pulumi.destroy({ args: target("br", "--target-dependents") }));
    expect(await names()).toEqual([]);
    expect(await identities(host)).toEqual(each(""));
    expect(await owners(host)).toEqual({});
  },
  5 * minutes,
);
