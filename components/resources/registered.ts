// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.
import * as resources from ".";
import * as pulumi from "../sdk";
import { packageOptions } from "./package";

pulumi.registerResourceModule("kvmnet", "index", {
  version: packageOptions.version,
  construct: (name, type, urn) => {
    switch (type) {
      case resources.Bridge.type:
        return new resources.Bridge(name, undefined, { urn });
      case resources.BridgeNetfilter.type:
        return new resources.BridgeNetfilter(name, undefined, { urn });
      case resources.BridgeSelfTest.type:
        return new resources.BridgeSelfTest(name, undefined, { urn });
      case resources.Network.type:
        return new resources.Network(name, undefined, { urn });
      case resources.Nic.type:
        return new resources.Nic(name, undefined, { urn });
      case resources.Tap.type:
        return new resources.Tap(name, undefined, { urn });
      default:
        throw new Error(`kvmnet has no resource ${type}`);
    }
  },
});
pulumi.registerResourcePackage("kvmnet", {
  version: packageOptions.version,
  constructProvider: (name, _type, urn) => new resources.Provider(name, undefined, { urn }),
});
