import { Ownership } from "../../../provider/resources/ownership/owned";
import type { Owned } from "../../../provider/resources/ownership/ownedResource";

describe("What is deleted before it is made anew goes with what it is on", () => {
  const of = (type: string, name: string, inputs: object = {}, state: object = {}) => {
    const urn = `urn:pulumi:dev::homelab::kvmnet:index:${type}::${name}`;
    const common = { urn, type: `kvmnet:index:${type}`, id: name, inputs: { ...inputs } };
    return { ...common, state: { hostId: "0123", name, ...state } };
  };
  const bridge = of("Bridge", "br0");
  const network = of("Network", "lan", { bridge: "br0" });
  const nic = of("Nic", "nic", { network: "lan" }, { name: undefined });
  const other = of("Bridge", "br0 there", {}, { hostId: "4567", name: "br0" });
  const read = (...all: Owned[]) => {
    const owned = new Ownership();
    for (const one of all) owned.recordRead(one.urn, one.id, one.inputs, one.state);
    return owned;
  };

  it("and that is one which the program has come to, and has not made anew yet", () => {
    const owned = read(bridge, network, nic);
    owned.recordCheck(bridge.urn, true);
    owned.isAnew(network, ["bridge"], false);
    owned.isAnew(nic, ["network"], false);
    expect(owned.findReplaced(network)).toEqual([network, bridge]);
    expect(owned.findReplaced(nic)).toEqual([nic, network, bridge]);
    expect(owned.findReplaced(bridge)).toEqual([bridge]);
    owned.recordCreate(bridge.urn);
    expect([owned.findReplaced(network), owned.findReplaced(bridge)]).toEqual([undefined, undefined]);
  });

  it("and whether a NIC on it goes too is not known before it does", () => {
    const owned = read(bridge, network, nic);
    owned.recordCheck(bridge.urn, true);
    owned.isAnew(network, ["bridge"], true);
    owned.isAnew(nic, ["network"], false);
    const going = owned.findReplaced(network) ?? [];
    expect(owned.listPossibleDeletions(going).map(({ urn }) => urn)).toEqual([nic.urn]);
    owned.recordDelete(nic);
    expect(owned.listPossibleDeletions(going)).toEqual([]);
  });

  it("where the engine has asked for that before its turn, on that host, for the program and not for destroy", () => {
    const owned = read(other, bridge, network);
    owned.recordCheck(bridge.urn, true);
    expect(owned.findReplaced(network)).toBeUndefined();
    owned.isAnew(network, ["bridge"], true);
    expect(owned.findReplaced({ ...network, state: { ...network.state, hostId: "4567" } })).toBeUndefined();
    const destroyed = read(bridge, network);
    destroyed.isAnew(network, ["bridge"], true);
    expect(destroyed.findReplaced(network)).toBeUndefined();
  });

  it("and alone with what is not kvmnet's", () => {
    const owned = read(nic);
    owned.recordCheck(bridge.urn, false);
    owned.isAnew(nic, ["domain"], true);
    expect(owned.findReplaced(nic)).toEqual([nic]);
  });
});
