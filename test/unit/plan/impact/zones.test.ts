import { profileEntry } from "../../../../provider/host/facts/inNetworkManagersWords";
import { namingInNft } from "../../../../provider/host/netfilter/naming";
import { parseNft } from "../../../../provider/host/netfilter/parseNft";
import { impactsOf } from "../../../../provider/plan/impact/impacts";
import { factsWith, link } from "../../support/facts";

const path = "/etc/NetworkManager/system-connections/lan.nmconnection";
const nic = link("enp1s0");
const step = { gone: "enp1s0", successor: "br0", enslaved: nic, deleted: false };

const match = (key: string, right: string) => ({ match: { op: "==", left: { meta: { key } }, right } });
const rule = (chain: string, ...expr: object[]) => ({ rule: { family: "inet", table: "firewalld", chain, expr } });
const chain = (name: string, more: object = {}) => ({ chain: { family: "inet", table: "firewalld", name, ...more } });
const base = chain("filter_FORWARD", { type: "filter", hook: "forward", prio: 10, policy: "accept" });
const to = (kind: "goto" | "jump", target: string) => ({ [kind]: { target } });

/** What each writes of a NIC in a zone, where the default one is another; cut short. */
const versions = {
  "firewalld 1.3": (zone: string) => [
    ...[base, chain("filter_FORWARD_ZONES"), rule("filter_FORWARD", to("jump", "filter_FORWARD_ZONES"))],
    rule("nat_POSTROUTING_ZONES", match("oifname", "enp1s0"), to("goto", `nat_POST_${zone}`)),
    rule("filter_INPUT_ZONES", match("iifname", "enp1s0"), to("goto", `filter_IN_${zone}`)),
    rule("filter_FORWARD_ZONES", match("iifname", "enp1s0"), to("goto", `filter_FWD_${zone}`)),
    rule("filter_FORWARD_ZONES", to("goto", "filter_FWD_public")),
    rule(`filter_FWD_${zone}_allow`, match("oifname", "enp1s0"), { accept: null }),
  ],
  "firewalld 2.3": (zone: string) => [
    ...[base, chain("filter_FORWARD_POLICIES"), rule("filter_FORWARD", to("jump", "filter_FORWARD_POLICIES"))],
    rule("filter_INPUT_POLICIES", match("iifname", "enp1s0"), to("jump", "filter_IN_policy_allow-host-ipv6")),
    rule("filter_INPUT_POLICIES", match("iifname", "enp1s0"), to("jump", `filter_IN_${zone}`)),
    rule("filter_INPUT_POLICIES", match("iifname", "enp1s0"), { reject: null }),
    rule("filter_FORWARD_POLICIES", match("iifname", "enp1s0"), to("jump", `filter_FWD_${zone}`)),
    rule("filter_FORWARD_POLICIES", match("iifname", "enp1s0"), { reject: null }),
    rule("filter_FORWARD_POLICIES", to("jump", "filter_FWD_public")),
    rule("filter_FORWARD_POLICIES", { reject: null }),
  ],
};

describe.each(Object.entries(versions))("%s's zones", (_, written) => {
  const impacts = (zone: string, keyfile: string | undefined, more: object[] = []) => {
    const text = JSON.stringify({ nftables: [...written(zone), ...more] });
    const firewall = { bridgeCalls: undefined, chains: parseNft(text), naming: namingInNft(text, new Map()) };
    const known = keyfile === undefined ? [] : ([[path, keyfile]] as const);
    const netplan = new Map(known.map(([path, text]) => [path, profileEntry(nic, text)] as const));
    return impactsOf(factsWith({ links: [nic], firewall, keyfiles: new Map(known), netplan }), step);
  };
  const profile = (zone = "") => `[connection]\nid=lan\n${zone}[ipv4]\nmethod=auto\n`;

  test("go over with NetworkManager's profile, which says the zone, or none as the NIC is in the default one", () => {
    expect(impacts("home", profile("zone=home\n"))).toEqual([]);
    expect(impacts("public", profile())).toEqual([]);
    expect(impacts("public", profile("zone=\n"))).toEqual([]);
  });

  test("are told where a hand has put the NIC into another one than its profile says, with what to write", () => {
    expect(impacts("work", profile("zone=home\n"))).toMatchObject([
      { name: "zone:enp1s0", says: expect.stringMatching(/in the zone work, .* has br0 in home then/) },
    ]);
    expect(impacts("home", profile())).toMatchObject([
      {
        ...{ name: "zone:enp1s0", verdict: "refused" },
        says: expect.stringMatching(/lan\.nmconnection NetworkManager has br0 in public then/),
        remedy: expect.stringMatching(/nmcli connection modify ID connection\.zone home/),
      },
    ]);
  });

  test("of a NIC that NetworkManager does not have are rules like others, and so is a rule of somebody else's", () => {
    expect(impacts("home", undefined).map(({ name }) => name)).toContainEqual(
      expect.stringMatching(/^firewall:inet\/firewalld\/filter_INPUT_(ZONES|POLICIES):enp1s0$/),
    );
    const other = { rule: { ...rule("input", match("iifname", "enp1s0"), { drop: null }).rule, table: "filter" } };
    expect(impacts("home", profile("zone=home\n"), [other])).toMatchObject([
      { name: "firewall:inet/filter/input:enp1s0" },
    ]);
  });
});
