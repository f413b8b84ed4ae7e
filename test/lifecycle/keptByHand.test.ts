import { commandLine } from "./commandLine";
import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

/** The network, and all files that it is made of at the next boot. */
const networkOf = async (host: SimulatedHost) =>
  (await host.must(["ip", "-br", "address"])).replaceAll(/@if\d+|[ ]+$/gm, "") +
  (await host.must(["sh", "-c", "cd / && find etc/netplan etc/systemd/network -type f | sort | xargs -r md5sum"]));

/** What becomes of the last change's folder, and what `undo` says is no more as it was. */
const ofTheChange: readonly (readonly [string, RegExp])[] = [
  ["rm -r before", / before\/etc\/netplan\/01-netcfg\.yaml is not there/],
  ["rm absent", / absent is not there/],
  ["rm -r files", / files\/etc\/netplan\/01-netcfg\.yaml is not there/],
  ["rm files/etc/netplan/80-kvmnet-br0.yaml", / files\/etc\/netplan\/80-kvmnet-br0\.yaml is not there/],
  ["rm rollback.batch", / rollback\.batch is not there/],
  ["rm delete.rollback", / delete\.rollback is not there/],
  ["rm apply.batch", / apply\.batch is not there/],
  ["rm kernel.before", / kernel\.before is not there/],
  [": >kernel.before", / kernel\.before is empty/],
  ["rm timeout", / timeout is not there/],
  ["rm state", /the host keeps no change of its network that was confirmed/],
  [": >../../bridges/br0.json", /\/var\/lib\/kvmnet\/bridges\/br0\.json can't be read/],
  ["echo '{}' >../../bridges/br0.json", /\/var\/lib\/kvmnet\/bridges\/br0\.json can't be read/],
];

describe("what kvmnet keeps on a host, changed by a hand", () => {
  let host: SimulatedHost;
  let cli: Awaited<ReturnType<typeof commandLine>>;
  let running: SimulatedStack;
  let folder = "";

  beforeAll(async () => {
    host = await SimulatedHost.start();
    host.libvirt.define("web");
    cli = await commandLine(host);
    running = await SimulatedStack.start(host);
    await running.stack.up(programOf(host, ["br"]));
    folder = (await host.must(["sh", "-c", "echo /var/lib/kvmnet/transactions/*"])).trim();
    await host.must(["cp", "-a", "/var/lib/kvmnet", "/var/lib/kept"]);
  }, 5 * minutes);
  afterEach(() => host.must(["sh", "-c", "rm -rf /var/lib/kvmnet; cp -a /var/lib/kept /var/lib/kvmnet"]));
  afterAll(async () => {
    await running?.[Symbol.asyncDispose]();
    await cli?.[Symbol.asyncDispose]();
    await host?.[Symbol.asyncDispose]();
  });

  const byHand = (script: string) => host.must(["sh", "-c", `cd ${folder} && ${script}`]);

  test.each(ofTheChange)(
    "is not undone after %s",
    async (script, why) => {
      const before = await networkOf(host);
      await byHand(script);
      const { code, stdout, stderr } = await cli.run("undo", "--yes");
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/^\S+: nothing was undone: /);
      expect(stderr).toMatch(why);
      expect(await networkOf(host)).toBe(before);
    },
    minutes,
  );

  test.each([
    ["rm -r ../../bridges", "/etc/netplan/80-kvmnet-br0.yaml: kvmnet's, and no record says whose"],
    [": >../../bridges/br0.json", "/var/lib/kvmnet/bridges/br0.json is empty"],
  ])(
    "is told by history, and kept by clean, after %s",
    async (script, words) => {
      await byHand(script);
      const { stdout } = await cli.run("history");
      expect(stdout).not.toContain("nothing here is kvmnet's");
      expect(stdout).toContain(words);
      expect(JSON.parse((await cli.run("history", "--json")).stdout)[0]).toMatchObject({
        severity: "warning",
        text: expect.stringContaining(words),
      });
      const cleaned = await cli.run("clean", "--yes");
      expect(cleaned).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(words) });
      expect(host.has(folder)).toBe(true);
    },
    minutes,
  );

  test(
    "is no bridge of the host where the bridge is gone, and history says so",
    async () => {
      await byHand("cp ../../bridges/br0.json ../../bridges/br7.json");
      const { stdout } = await cli.run("history");
      expect(stdout).toMatch(/^ {2}bridge br0, since 20[-\d]+ [\d:]+: the Bridge "br"/m);
      expect(stdout).toMatch(/^ {2}bridge br7, which is not there, since 20[-\d]+ [\d:]+: the Bridge "br"/m);
    },
    minutes,
  );

  test(
    "has no end that it does not keep",
    async () => {
      await byHand("rm state");
      expect((await cli.run("history")).stdout).toMatch(/^20.* {2}its end is not kept {2}\(transaction /m);
    },
    minutes,
  );

  test(
    "is named by what it is of in a finding",
    async () => {
      await byHand(
        "mkdir -p ../../taps/tap7 ../../networks; echo >../../taps/tap7/owner.json; echo >../../networks/4b5e57f6-eb2f-42b9-839b-3d1e13929295.json",
      );
      const { stdout } = await cli.run("doctor", "--listen", "0");
      expect(stdout).toContain("warning unread: TAP tap7\n");
      expect(stdout).toContain("warning unread: network 4b5e57f6-eb2f-42b9-839b-3d1e13929295\n");
    },
    minutes,
  );

  test(
    "is told by history, and kept by clean, where 0.1.0 wrote it",
    async () => {
      const urn = "urn:pulumi:lab::homelab::kvmnet:index:Tap::old";
      await byHand("mkdir -p ../../taps/tap9");
      host.writeFile("/var/lib/kvmnet/taps/tap9/parameters", `tap9\nbr0\n-\n-\n-\nfe:54:00:00:00:01\n${urn}\n`);
      expect((await cli.run("history")).stdout).toContain(
        `\n  TAP tap9, which is not there: the Tap "old" of the stack lab of the project homelab (${urn})\n`,
      );
      expect((await cli.run("clean", "--yes")).stderr).toContain("\n  TAP tap9, which is not there: the Tap");
    },
    minutes,
  );
});
