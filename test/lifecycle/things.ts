import { SimulatedHost } from "./host/simulatedHost";
import { identities, kept } from "./identities";
import { type Name, type Properties, programOf } from "./program";
import { SimulatedStack } from "./simulatedStack";

export const connection = { host: "kvm1.example" };
const nic = { macAddress: "52:54:00:00:00:01" };

/** One of each resource, or those that are named. */
export const things = (others: Partial<Record<Name, Properties>> = {}, names: readonly Name[] = kept) =>
  programOf({ connection }, names, { ...others, nic: { ...nic, ...others.nic } });

/** A host with a VM, and a stack that has one of each on it, or those that are named. */
export async function startThings(names: readonly Name[] = kept) {
  const host = await SimulatedHost.start();
  host.libvirt.define("web");
  const running = await SimulatedStack.start(host);
  await running.stack.up(things({}, names));
  return {
    ...{ host, running, stack: running.stack, pulumi: running.stack.pulumi, before: await identities(host) },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await host[Symbol.asyncDispose]();
    },
  };
}
