import { SimulatedHost } from "./host/simulatedHost";
import { programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;

describe("a host that is not what it was", () => {
  let host: SimulatedHost;
  let running: SimulatedStack;
  beforeAll(async () => {
    host = await SimulatedHost.start();
    running = await SimulatedStack.start(host);
    await running.stack.up(programOf(host, ["br", "lan"]));
  }, 5 * minutes);
  afterAll(async () => {
    await running?.[Symbol.asyncDispose]();
    await host?.[Symbol.asyncDispose]();
  });
  /** `up` of something else than there is; nothing on the host may become of it. */
  const changed = async () => {
    const before = await host.must(["ip", "-br", "link"]);
    await running.stack.say(programOf(host, ["br", "lan"], { br: { mtu: 1400 } }));
    const { code, stdout } = await running.stack.pulumi.up();
    expect(code).not.toBe(0);
    expect(await host.must(["ip", "-br", "link"])).toBe(before);
    return stdout;
  };

  test(
    "another machine at its address is refused before anything is written to it",
    async () => {
      const was = host.readFile("/etc/machine-id");
      host.writeFile("/etc/machine-id", `${"f".repeat(32)}\n`);
      const said = await changed();
      host.writeFile("/etc/machine-id", was);
      expect(said).toMatch(/another machine answers here: its machine-id is f{32}, this resource is on [0-9a-f]{32}/);
    },
    5 * minutes,
  );

  test(
    "one whose login scripts print something before each command is changed all the same",
    async () => {
      let greeted = 0;
      host.onCommand = (_command, channel) => {
        greeted += 1;
        channel.write("Welcome to kvm1!\n");
        return undefined;
      };
      await running.stack.up(programOf(host, ["br", "lan"], { br: { mtu: 1400 } }));
      expect(await running.stack.unchanged()).toEqual({ code: 0, said: "" });
      host.onCommand = undefined;
      expect(greeted).toBeGreaterThan(0);
      expect(await host.must(["ip", "-br", "address", "show", "dev", "br0"])).toMatch(/UP +192\.0\.2\.100\/24/);
      expect(await host.must(["cat", "/sys/class/net/br0/mtu"])).toBe("1400\n");
    },
    5 * minutes,
  );
});
