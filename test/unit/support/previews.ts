import type { Facts } from "../../../provider/host/facts/facts";
import type { Lifecycle, Operation } from "../../../provider/resources/lifecycle";
import type { Previewed } from "../../../provider/schema/unknown";
import { said } from "./operation";

export const connection = { host: "kvm1.example" };

/** What a preview says on a host with these facts: of each resource that is made, in this order. */
export async function previewed<I extends object, S>(
  lifecycle: Lifecycle<I, S>,
  facts: Facts,
  all: readonly Partial<I>[],
  parts: Partial<Operation> = {},
) {
  const hosts = { reachFacts: async () => ({ host: { label: "kvm" }, facts }) } as unknown as Operation["hosts"];
  const { messages, warnings, operation } = said({ hosts, ...parts });
  for (const [index, inputs] of all.entries()) {
    const whole = lifecycle.definition.inputs.parse({ connection, ...inputs }) as I;
    await lifecycle.previewCreate({ ...operation, name: `one${index}` }, { ...whole, ...inputs } as Previewed<I>);
  }
  return { messages, warnings };
}
