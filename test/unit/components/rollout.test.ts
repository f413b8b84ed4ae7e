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
