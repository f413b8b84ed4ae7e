import { BridgeNetwork, type BridgeNetworkArgs } from "../../components/bridgeNetwork";
import { HostBridge, type HostBridgeArgs } from "../../components/hostBridge";
import type { VmNicInputs } from "../../components/resources/componentInputs";
import type { ComponentResource, ComponentResourceOptions, Inputs } from "../../components/sdk";
import { VmNic } from "../../components/vmNic";

/** Makes a component; its outputs are those of its definition. */
type Maker = (
  name: string,
  inputs: Inputs,
  options: ComponentResourceOptions,
) => { readonly component: ComponentResource; readonly outputs: Inputs };

/** Every component's class, by its type. The engine has held the inputs against the schema. */
export const makers: Readonly<Record<string, Maker>> = {
  [HostBridge.type]: (name, inputs, options) => {
    const component = new HostBridge(name, inputs as HostBridgeArgs, options);
    const { addresses, macAddress, connection } = component;
    return { component, outputs: { name: component.name, addresses, macAddress, connection } };
  },
  [BridgeNetwork.type]: (name, inputs, options) => {
    const component = new BridgeNetwork(name, inputs as BridgeNetworkArgs, options);
    return { component, outputs: { name: component.name, connection: component.connection } };
  },
  [VmNic.type]: (name, { guestLogin, ...inputs }, options) => {
    const component = new VmNic(name, inputs as VmNicInputs, options);
    const { macAddress, ipAddresses, tap } = component;
    const outputs = { macAddress, ipAddresses, tap };
    if (guestLogin === undefined) return { component, outputs };
    // Of a VM that is off there is none, which is no mistake of the program's.
    const guestConnection = ipAddresses.apply(({ length }) =>
      length > 0 ? component.guestConnection(guestLogin) : undefined,
    );
    return { component, outputs: { ...outputs, guestConnection } };
  },
};
