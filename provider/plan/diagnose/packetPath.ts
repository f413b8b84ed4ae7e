import { type Facts, ports } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import { filteredBridges } from "./bridges";
import { type Check, finding } from "./finding";

/** XDP and tc on the way between the wire and a bridge's VMs. What such a program does, nobody can tell from outside. */
export const packetPath: Check = (facts) =>
  filteredBridges(facts).flatMap(({ name: bridge }) =>
    ports(facts, bridge)
      .filter(({ kind }) => kind !== "tun")
      .flatMap((port) =>
        programsUnder(facts, port).map(({ link, program }) =>
          finding("packet-path", "warning", {
            subject: `port ${port.name}`,
            evidence: `${link}: ${program}; ${port.name} master ${bridge}`,
            cause: `It sees what passes ${link} ${/^tc(x| filter) egress/.test(program) ? `after ${bridge} has sent it` : `before ${bridge} does`}, the VMs' frames too, and may drop them or send them elsewhere. No firewall's list shows that.`,
            fix: `See what it does with frames of other MAC addresses than the host's own: bpftool net, tc -s filter show dev ${link} ingress; who put it there can let those pass.`,
          }),
        ),
      ),
  );

/** On a port, or on what it is made of: a bond's members, a VLAN's link. */
export function programsUnder(facts: Facts, port: Link): { link: string; program: string }[] {
  const under = facts.links.filter(({ name, master }) => name === port.parent || master === port.name);
  return [port, ...under].flatMap(({ name, programs = [] }) => programs.map((program) => ({ link: name, program })));
}
