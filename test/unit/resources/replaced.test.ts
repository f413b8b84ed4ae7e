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
    for (const one of all) owned.read(one.urn, one.id, one.inputs, one.state);
    return owned;
  };

  it("and that is one which the program has come to, and has not made anew yet", () => {
    const owned = read(bridge, network, nic);
    owned.checked(bridge.urn, true);
    owned.isAnew(network, ["bridge"], false);
    owned.isAnew(nic, ["network"], false);
    expect(owned.goingFirst(network)).toEqual([network, bridge]);
    expect(owned.goingFirst(nic)).toEqual([nic, network, bridge]);
    expect(owned.goingFirst(bridge)).toEqual([bridge]);
    owned.created(bridge.urn);
    expect([owned.goingFirst(network), owned.goingFirst(bridge)]).toEqual([undefined, undefined]);
  });

  it("and whether a NIC on it goes too is not known before it does", () => {
    const owned = read(bridge, network, nic);
    owned.checked(bridge.urn, true);
    owned.isAnew(network, ["bridge"], true);
    owned.isAnew(nic, ["network"], false);
    const going = owned.goingFirst(network) ?? [];
    expect(owned.perhapsGoing(going).map(({ urn }) => urn)).toEqual([nic.urn]);
    owned.deletes(nic);
    expect(owned.perhapsGoing(going)).toEqual([]);
  });

  it("where the engine has asked for that before its turn, on that host, for the program and not for destroy", () => {
    const owned = read(other, bridge, network);
    owned.checked(bridge.urn, true);
    expect(owned.goingFirst(network)).toBeUndefined();
    owned.isAnew(network, ["bridge"], true);
    expect(owned.goingFirst({ ...network, state: { ...network.state, hostId: "4567" } })).toBeUndefined();
    const destroyed = read(bridge, network);
    destroyed.isAnew(network, ["bridge"], true);
    expect(destroyed.goingFirst(network)).toBeUndefined();
  });

  it("and alone with what is not kvmnet's", () => {
    const owned = read(nic);
    owned.checked(bridge.urn, false);
    owned.isAnew(nic, ["domain"], true);
    expect(owned.goingFirst(nic)).toEqual([nic]);
  });
});
