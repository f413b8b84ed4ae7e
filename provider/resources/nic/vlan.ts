import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Host } from "../../host/host";
import { virsh } from "../../host/libvirt/virsh";
import { filteringOf, filtersVlans, notCarried } from "../../kernel/vlans";
import { attachmentIn, bridgeOf, isDirect } from "../../plan/attachment/attachment";
import { numbersOf, vlanWords } from "../../plan/attachment/vlan";
import { Refusal } from "../../schema/refusal";
import type { Operation } from "../lifecycle";
import type { PreviewedNic } from "./definition";

/** The first libvirt that puts a NIC on a bridge of the kernel's into a VLAN (its NEWS, 11.0.0). */
const firstWithVlans = 11;

/** @throws Refusal of a VLAN that the host does not give a NIC: libvirt, or its bridge, would not or would say nothing */
export async function refuseVlan(operation: Operation, host: Host, facts: Facts, inputs: PreviewedNic): Promise<void> {
  const { vlan, connection, network, bridge: named } = inputs;
  if (vlan === undefined) return;
  await refuseEarlierLibvirt(host);
  const target = attachmentIn({ network, bridge: named });
  if (isDirect(facts, target))
    throw new Refusal(
      `${host.label}: vlan: can't be on the network ${network}, whose NICs are macvtaps: libvirt gives them no VLAN. Put the NIC on a bridge, or the network on the link of the VLAN.`,
    );
  const name = bridgeOf(facts, target);
  const seen = linkNamed(facts, name ?? "");
  if (name === undefined || seen?.kind !== "bridge") return;
  // Its Bridge may have made it so a moment ago.
  const now = operation.preview || filtersVlans(seen) ? facts : await host.readFreshFacts();
  const bridge = linkNamed(now, name);
  if (!filtersVlans(bridge)) {
    if (operation.preview && operation.isClaimed(connection, filteringOf(name))) return;
    throw new Refusal(
      `${host.label}: vlan: ${name} does not tell VLANs apart, and ${vlanWords(vlan)} would do nothing there: the guest would be where all are. Give its Bridge \`vlanFiltering: true\`; if it has that, let the NIC depend on it. By hand: ip link set ${name} type bridge vlan_filtering 1`,
    );
  }
  const { uplinks, missing } = notCarried(now, bridge, numbersOf(vlan));
  if (missing.length > 0)
    operation.log.warn(
      `${host.label}: ${uplinks.map((one) => one.name).join(", ")} does not carry VLAN ${missing.join(", ")} now: the guest reaches others of it on ${name}, and nobody on the LAN. Write ${missing.join(", ")} into \`vlans\` of the Bridge, unless that is meant.`,
    );
}

async function refuseEarlierLibvirt(host: Host): Promise<void> {
  const said = await virsh(host, ["version", "--daemon"], { purpose: "ask libvirt for its version" });
  const [, version, major] = /Running against daemon: ((\d+)\.\S+)/.exec(said) ?? [];
  if (major === undefined || Number(major) >= firstWithVlans) return;
  throw new Refusal(
    `${host.label}: vlan: libvirt ${version} gives a NIC on a bridge no VLAN; ${firstWithVlans}.0 and later do (Debian 13). Here, give the VLAN a bridge of its own (\`uplink: { link: "enp1s0", vlan: 20 }\` of a Bridge), and put the NIC on that.`,
  );
}
