import { SimulatedHost } from "./host/simulatedHost";
import { type Name, programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

/** What others than root can look at or into, of what kvmnet keeps. */
const open = (host: SimulatedHost) =>
  host.must([
    "find",
    "/var/lib/kvmnet",
    "-path",
    "*/transactions/?*",
    "-prune",
    "-o",
    "!",
    "-type",
    "l",
    "-perm",
    "/077",
    "-print",
  ]);

describe("what kvmnet keeps on a host is root's alone", () => {
  let host: SimulatedHost;
  let running: SimulatedStack;

  beforeAll(async () => {
    host = await SimulatedHost.start();
    host.libvirt.define("web");
    await host.must(["ip", "link", "add", "br9", "up", "type", "bridge"]);
    running = await SimulatedStack.start(host);
  }, 5 * minutes);
  afterAll(async () => {
    await running?.[Symbol.asyncDispose]();
    await host?.[Symbol.asyncDispose]();
  });

  test.each<[Name, readonly Name[], string]>([
    ["tap", ["tap"], "taps/tap0/owner.json"],
    ["filter", ["filter"], "netfilter/br9/owner.json"],
    ["lan", ["lan"], "networks"],
    ["nic", ["lan", "nic"], "nics"],
  ])(
    "where a %s came first",
    async (_, names, kept) => {
      await host.must(["rm", "-rf", "/var/lib/kvmnet"]);
      const there = { tap: { bridge: "br9" }, filter: { bridge: "br9" }, lan: { bridge: "br9" } };
      await running.stack.up(programOf(host, names, there));
      expect(await host.must(["find", "/var/lib/kvmnet"])).toContain(`/var/lib/kvmnet/${kept}`);
      expect(await open(host)).toBe("");
      expect((await running.stack.pulumi.destroy()).code).toBe(0);
    },
    5 * minutes,
  );

  test(
    "where it was open already, and a bridge comes",
    async () => {
      const left =
        "umask 022; mkdir -p /var/lib/kvmnet/taps/tap7 /var/lib/kvmnet/bridges; echo '{}' >/var/lib/kvmnet/taps/tap7/parameters";
      await host.must(["sh", "-c", `rm -rf /var/lib/kvmnet; ${left}`]);
      expect(await open(host)).not.toBe("");
      await running.stack.up(programOf(host, ["br"]));
      expect(host.has("/var/lib/kvmnet/bridges/br0.json")).toBe(true);
      expect(await open(host)).toBe("");
      expect(await host.must(["stat", "-c", "%a", "/etc/netplan", "/var/lib/kvmnet"])).toBe("755\n700\n");
    },
    5 * minutes,
  );
});
