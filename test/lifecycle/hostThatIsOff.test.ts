import { SimulatedHost } from "./host/simulatedHost";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const excluded = ["--exclude", "**::kvm2"];

test(
  "a host that is off holds up no others where Pulumi's options say so, as docs/fleet.md has them",
  async () => {
    await using kvm1 = await SimulatedHost.start("kvm1");
    await using kvm2 = await SimulatedHost.start("kvm2");
    await using kvm3 = await SimulatedHost.start("kvm3");
    await using running = await SimulatedStack.start(kvm1, kvm2, kvm3);
    const { stack } = running;
    const { pulumi } = stack;
    const bridgeOf = (name: string, mtu: number, options: object) => ({
      type: "kvmnet:index:Bridge",
      properties: { connection: { host: `${name}.example`, perDialTimeout: 2, dialErrorLimit: 2 }, mtu },
      options,
    });
    const programOf = (mtu: number, { kvm2 = {}, kvm3 = {} } = {}) => ({
      resources: {
        kvm1: bridgeOf("kvm1", mtu, {}),
        kvm2: bridgeOf("kvm2", mtu, kvm2),
        kvm3: bridgeOf("kvm3", mtu, kvm3),
      },
    });
    const mtus = () =>
      Promise.all([kvm1, kvm3].map(async (host) => Number(await host.must(["cat", "/sys/class/net/br0/mtu"]))));
    const after = { kvm3: { dependsOn: [`\${kvm2}`] } };
    await stack.up(programOf(1500));
    await kvm2.turnOff();

    await stack.say(programOf(1450));
    const goneOn = await pulumi.up({ args: ["--continue-on-error"] });
    expect(goneOn).toMatchObject({ code: 1, stdout: expect.stringMatching(/error: kvm2\.example: can't be reached/) });
    expect(await mtus()).toEqual([1450, 1450]);

    await stack.say(programOf(1400, after));
    const skipped = await pulumi.up({ args: ["--continue-on-error"] });
    expect(skipped).toMatchObject({ code: 1 });
    expect(await mtus()).toEqual([1400, 1450]);

    expect(await pulumi.up({ args: excluded })).toMatchObject({ code: 0 });
    expect(await mtus()).toEqual([1400, 1400]);

    await stack.say(programOf(1350, { ...after, kvm2: { ignoreChanges: ["*"] } }));
    const ignored = await pulumi.up();
    expect(ignored).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/warning: kvm2\.example: can't be reached/),
    });
    expect(await mtus()).toEqual([1350, 1350]);
    expect(await pulumi.refresh()).toMatchObject({ code: 0 });

    expect(await pulumi.destroy({ args: excluded })).toMatchObject({ code: 0 });
    expect(await kvm1.must(["ls", "/etc/netplan"])).toBe("01-netcfg.yaml\n");
    const gone = await pulumi.destroy();
    expect(gone).toMatchObject({ code: 1, stdout: expect.stringContaining("pulumi state delete 'urn:pulumi:lab::") });
  },
  5 * minutes,
);
