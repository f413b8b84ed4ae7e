import { Refusal } from "../../schema/refusal";
import type { Backend, BridgeOnNic } from "../backend";
import { bridgeUnit } from "../bridgeFiles";
import { addressingOf } from "../entry/addressing";
import { asksDhcp6 } from "../entry/wanted";
import { bringsLease, hadBefore } from "../joining";
import { refuseKeys } from "../netplan/refuse";
import { refuseDhcp } from "../refuseDhcp";
import { bridgedFile } from "./bridged";
import { asksDhcp, isBeside, isSelected, type NicStanzas, nicStanzas } from "./carried";
import { clientOf, handOver } from "./handOver";
import { extractMarked, hasMarks } from "./marks";
import {
  ifupdownOf,
  isIfupdowns,
  needUp,
  refuseAsPort,
  refuseDhcp6,
  refuseIfupdowns,
  refuseLease2,
  refusePolicies,
} from "./owner";

/** A NIC that stands in ifupdown's files: its stanzas become the bridge's where they are, between marks of kvmnet's. */
export const ifupdown: Backend = {
  name: "ifupdown",
  has: isIfupdowns,
  refuse: refuseIfupdowns,
  configuration({ facts, plain, bridge, uplink, entry, record }) {
    refuseAsPort(uplink, entry);
    const stanzas = nicStanzas(plain.interfaces, uplink.name, bridge, ifupdownOf(facts));
    refusePolicies(facts, uplink);
    if (facts.ifupdown2 && asksDhcp(stanzas)) refuseLease2(uplink.name, stanzas.path);
    if (!record && !stanzas.stays) needUp(facts, "uplink", entry);
    if (uplink.master !== bridge) refuseKeys(entry, uplink);
    const { path, text: original } = stanzas;
    return {
      owner: ifupdownOf(facts),
      unit: bridge,
      edits: true,
      originals: [[path, original]],
      render(wanted) {
        const text = fileOf(stanzas, wanted);
        return { kvmnetFiles: {}, users: new Map([[path, text]]), parts: { [path]: extractMarked(text, bridge) } };
      },
      describeDifference: (changed, text) =>
        changed === path && !hasMarks(text, bridge) ? `does not have ${bridge}` : "was changed by hand",
      planTakeOver(joining) {
        const leased = asksDhcp(stanzas);
        const brings = bringsLease(joining);
        if (leased && !brings) clientOf(facts, bridge);
        return {
          ...(leased && brings && { handOver: handOver(facts, uplink.name, bridge, joining.macAddress) }),
          keepOnApply: [bridge],
          // One that stays as it is by its own stanza has nothing of the bridge's to be told of.
          keepOnRollback: hadBefore(joining, bridge, stanzas.stays ? [] : [uplink.name]),
        };
      },
    };
  },
  /** kvmnet's part goes out of the file, whatever else is in it now. */
  renderRestored({ facts, plain, uplink, entry }) {
    const where = entry.places.map(({ path }) => path).join(", ");
    if (asksDhcp6(addressingOf(entry))) refuseDhcp6(uplink.name, where);
    const files = new Map([...plain.interfaces].filter(([path, text]) => facts.interfaces.get(path) !== text));
    return { files, kept: [] };
  },
  planTakeBack({ facts, plain, bridge, there, uplink }, { expected }) {
    const stays = isBeside(plain.interfaces, uplink.name, ifupdownOf(facts));
    const isDown = stays && !isSelected(plain.interfaces, uplink.name);
    return {
      ...(expected.dhcp4 && there && { handOver: handOver(facts, bridge, uplink.name, uplink.mac) }),
      keepOnApply: stays ? [] : [uplink.name],
      // At a boot, ifupdown2 brings it up for its bridge.
      keepOnRollback: [bridgeUnit(facts, bridge), ...(isDown && facts.ifstate?.has(uplink.name) ? [uplink.name] : [])],
      isDown,
      unit: uplink.name,
      owner: ifupdownOf(facts),
    };
  },
};

function fileOf(stanzas: NicStanzas, { uplink, stanza, inherits, ...bridge }: BridgeOnNic): string {
  if (!inherits && asksDhcp(stanzas))
    throw new Refusal(
      `addressing: ${stanzas.path} has the uplink ask DHCP, and for now such a bridge of ifupdown's has what DHCP gives it alone. Leave addressing out.`,
    );
  if (!inherits) refuseDhcp(stanza, "ifupdown");
  return bridgedFile(stanzas, { ...bridge, uplink: uplink.name, addressing: inherits ? undefined : stanza });
}
