import type { YamlProgram, YamlStack } from "../lab/yamlStack";
import type { SimulatedHost } from "./host/simulatedHost";

/** Preview, up, no changes and destroy of a program that makes a bridge and a network "lan". */
export async function wholeLife(stack: YamlStack, host: SimulatedHost, program: YamlProgram): Promise<void> {
  expect(await stack.preview(program)).toMatch(/\+ 3 to create/);
  await stack.up();
  expect(host.libvirt.networks).toMatchObject([{ name: "lan" }]);
  expect(await stack.unchanged()).toEqual({ code: 0, said: "" });
  expect((await stack.pulumi.destroy()).code).toBe(0);
  expect(host.libvirt.networks).toEqual([]);
}
