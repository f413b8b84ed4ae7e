import { succeeds } from "../lab/succeeds";
import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { urnsOf } from "./refactor";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

test(
  "what one stack made is imported into another one, and is as that one's state says",
  async () => {
    await using host = await SimulatedHost.start();
    const web = host.libvirt.define("web");
    const names = ["br", "filter", "lan", "nic", "tap"] as const;
    await using maker = await SimulatedStack.start(host);
    await maker.stack.up(programOf(host, names));

    await using other = await SimulatedStack.start(host);
    const mac = web.live[0]?.mac["@address"];
    const at = "kvm1.example";
    for (const [type, name, id] of [
      ["Bridge", "br", `${at}/br0`],
      ["BridgeNetfilter", "filter", `${at}/br0`],
      ["Network", "lan", `${at}/lan`],
      ["Nic", "nic", `${at}/web/${mac}`],
      ["Tap", "tap", `${at}/tap0`],
    ] as const) {
      const { code, stdout, stderr } = await other.stack.import(`kvmnet:index:${type}`, name, id);
      expect({ code, said: code === 0 ? "" : stdout + stderr }).toEqual({ code: 0, said: "" });
    }
    const { resources = [] } = (await other.stack.pulumi.exportStack()).deployment;
    const imported = resources.filter(({ custom }) => custom === true).map(({ type }) => type);
    expect(imported).toEqual(expect.arrayContaining(["kvmnet:index:Bridge", "kvmnet:index:Nic", "kvmnet:index:Tap"]));
    const absent = await other.stack.import("kvmnet:index:Network", "no", `${at}/no`);
    expect(absent.code).not.toBe(0);
    expect(absent.stdout + absent.stderr).toContain("libvirt has no network no; it has lan");
  },
  5 * minutes,
);

test(
  "what is imported has no order yet: destroy is refused and says so, and goes once `pulumi up` has run",
  async () => {
    await using host = await SimulatedHost.start();
    const web = host.libvirt.define("web", { running: false });
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    const { pulumi } = stack;
    await stack.up(programOf(host, ["br", "lan", "nic"]));
    const [nic] = (await urnsOf(pulumi)).filter((urn) => urn.endsWith("::nic"));
    await pulumi.must(["state", "delete", `${nic}`, "--yes", "--stack", pulumi.stack]);
    const mac = web.inactive[0]?.mac["@address"];
    await succeeds(stack.import("kvmnet:index:Nic", "nic", `kvm1.example/web/${mac}`));

    const refused = await pulumi.destroy();
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toMatch(
      /lan can't be deleted: web, .*\n *nic was not deleted before.*by an import that no `pulumi up` came after/,
    );
    await succeeds(pulumi.up());
    await succeeds(pulumi.destroy());
    expect(web.inactive).toEqual([]);
  },
  5 * minutes,
);
