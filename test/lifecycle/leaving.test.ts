import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fences } from "../lab/documented";
import { SimulatedHost } from "./host/simulatedHost";
import { identities, kept } from "./identities";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const [leaving = ""] = fences("docs/leaving.md", "sh");
const [first = "", second = "", third = ""] = leaving.trim().split("\n");

/** The network, VMs and files of a host, but for what kvmnet keeps for itself. */
async function all(host: SimulatedHost) {
  const files =
    "for file in $(find /etc -type f -name '*kvmnet*' -o -path '/etc/netplan/*' -type f | sort); do cat $file; done";
  return {
    ids: await identities(host),
    network: await host.must(["ip", "-br", "address"]),
    routes: await host.must(["ip", "route"]),
    files: await host.must(["sh", "-c", files]),
    domains: JSON.stringify(host.libvirt.domains),
    networks: JSON.stringify(host.libvirt.networks),
  };
}

test(
  "the commands of docs/leaving.md keep all that is on a host, and there is a way back",
  async () => {
    await using host = await SimulatedHost.start();
    host.libvirt.define("web");
    const folder = await mkdtemp(join(tmpdir(), "kvmnet-leaving-"));
    try {
      await using running = await SimulatedStack.start(host);
      const { stack } = running;
      const { pulumi } = stack;
      const run = (line: string) => {
        const [, ...argv] = line.replace("kvmnet-stack.json", join(folder, "stack.json")).split(" ");
        return pulumi.must([...argv, "--stack", pulumi.stack]);
      };
      const program = programOf(host, kept);
      await stack.up(program);
      const before = await all(host);
      const record = await host.must(["cat", "/var/lib/kvmnet/bridges/br0.json"]);

      await run(first);
      await run(second);
      expect((await pulumi.exportStack()).deployment.resources ?? []).toEqual([]);
      expect((await pulumi.destroy()).code).toBe(0);
      expect(await all(host)).toEqual(before);
      // Not made a second time, nor taken away, by a program that has it still.
      const again = await pulumi.up();
      expect(again.code).not.toBe(0);
      expect(await host.must(["cat", "/var/lib/kvmnet/bridges/br0.json"])).toBe(record);
      expect(again.stdout).toMatch(/: the bridge br0 belongs to .* If the state does not have it any more, import it/);
      await run(second);
      expect(await all(host)).toEqual(before);

      await pulumi.must(["stack", "import", "--file", join(folder, "stack.json"), "--stack", pulumi.stack]);
      expect(await stack.unchanged(program)).toEqual({ code: 0, said: "" });

      await run(second);
      const [, onHost = ""] = /^ssh \S+ '(.*)'$/.exec(third) ?? [];
      await host.must(["sh", "-c", onHost]);
      expect(await all(host)).toEqual(before);
      // From now on it is a bridge that was made by hand.
      const imported = await stack.import("kvmnet:index:Bridge", "mine", "kvm1.example/br0");
      expect(imported.stdout + imported.stderr).not.toMatch(/error|on record/);
      expect(imported.code).toBe(0);
      expect(await all(host)).toEqual(before);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  5 * minutes,
);

test(
  "what is taken out of a program with retainOnDelete stays on the host, and is imported again",
  async () => {
    await using host = await SimulatedHost.start();
    host.libvirt.define("web");
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    const { resources = {} } = programOf(host, kept);
    const retained = Object.entries(resources).map(([name, one]) => [
      name,
      { ...(one as object), options: { retainOnDelete: true } },
    ]);
    await stack.up({ resources: Object.fromEntries(retained) });
    const before = await all(host);
    await stack.up({ resources: {} });
    expect((await stack.pulumi.exportStack()).deployment.resources ?? []).not.toContainEqual(
      expect.objectContaining({ custom: true, type: expect.stringMatching(/^kvmnet:/) }),
    );
    expect(await all(host)).toEqual(before);
    const imported = await stack.import("kvmnet:index:Network", "lan", "kvm1.example/lan");
    expect({ code: imported.code, said: imported.code ? imported.stdout : "" }).toEqual({ code: 0, said: "" });
  },
  5 * minutes,
);
