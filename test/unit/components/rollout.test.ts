import * as pulumi from "@pulumi/pulumi";
import { HostBridge, rollout } from "../../../index";
import { FakeEngine, settled } from "../support/engine";

const hosts = ["kvm1", "kvm2", "kvm3", "kvm4"];

/** The hosts that a host waits for. */
async function waits(order: Parameters<typeof rollout>[1]): Promise<Record<string, string[]>> {
  await FakeEngine.start();
  const after: Record<string, string[]> = {};
  const names = new Map<pulumi.Resource, string>();
  rollout(hosts, order, (host, dependsOn) => {
    after[host] = dependsOn.map((one) => names.get(one) ?? "");
    const bridge = new HostBridge(host, { connection: { host } }, { dependsOn });
    names.set(bridge, host);
    return bridge;
  });
  await settled();
  return after;
}

test("each wave of a rollout waits for the one before it, the first one for the canary", async () => {
  const [kvm1, kvm3] = [["kvm1"], ["kvm3"]];
  expect(await waits({})).toEqual({ kvm1: [], kvm2: kvm1, kvm3: ["kvm2"], kvm4: kvm3 });
  expect(await waits({ waves: 2 })).toEqual({ kvm1: [], kvm2: kvm1, kvm3: kvm1, kvm4: ["kvm2", "kvm3"] });
  expect(await waits({ canary: "kvm3", waves: 5 })).toEqual({ kvm3: [], kvm1: kvm3, kvm2: kvm3, kvm4: kvm3 });
});

test("a rollout that can't wait says so: what is made has to be given back", async () => {
  await FakeEngine.start();
  const bridge = (host: string) => new HostBridge(host, { connection: { host } });
  const none = undefined as never;
  const given: [what: string, one: unknown][] = [
    ["it gives nothing", undefined],
    ["it gives a promise", Promise.resolve(bridge("a"))],
    ["it gives a list", [bridge("b")]],
    ["it gives an output", bridge("c").name],
  ];
  for (const [what, one] of given) {
    let error: unknown;
    try {
      rollout(hosts, {}, () => one as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toEqual(
      new pulumi.RunError(
        `rollout: make: has to give the component that it makes for kvm1, as the next host waits for it; ${what}`,
      ),
    );
  }
  const wrong =
    (...args: unknown[]) =>
    () =>
      rollout(...(args as Parameters<typeof rollout>));
  expect(wrong("kvm1", {}, bridge)).toThrow(new pulumi.RunError("rollout: hosts: must be a list of names"));
  expect(wrong(pulumi.output(hosts), {}, bridge)).toThrow(
    new pulumi.RunError("rollout: hosts: must be a list of names"),
  );
  expect(wrong(hosts, {}, none)).toThrow(
    new pulumi.RunError("rollout: make: must be a function that makes what a host has, and gives it"),
  );
  expect(wrong(hosts, { waves: "2" }, bridge)).toThrow(/; it is "2"$/);
  await settled();
  for (const order of [undefined, null, { canary: null, waves: null }]) {
    await FakeEngine.start();
    expect(Object.keys(wrong(hosts, order, bridge)())).toEqual(hosts);
    await settled();
  }
});

test("a rollout that can't be says what is wrong", async () => {
  const of = (order: Parameters<typeof rollout>[1]) => () =>
    rollout(hosts, order, () => new HostBridge("never", { connection: { host: "never" } }));
  expect(of({ canary: "kvm9" })).toThrow('rollout: canary: "kvm9" is none of the hosts: kvm1, kvm2, kvm3, kvm4');
  for (const waves of [0, 1.5, Number.NaN])
    expect(of({ waves })).toThrow(
      `rollout: waves: must be a whole number from 1 on, how many hosts change at a time; it is ${waves}`,
    );
  expect(of({ waves: 0 })).toThrow(pulumi.RunError);
});
