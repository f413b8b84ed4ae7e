import { quote } from "../../host/exec/quote";
import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Impact, Look } from "./impact";

/** Links on top of another one: the kernel gives a NIC's frames to one of them or to a bridge, not to both. */
export const stackedLinks: Look = (facts, { gone, heir, enslaved, deleted }) =>
  facts.links
    .filter(({ parent }) => parent === gone)
    .flatMap(({ name, kind = "" }): Impact[] => {
      const vm = vmOf(facts, name);
      const which = `${kind} ${name}${vm === undefined ? "" : ` of the VM ${vm}`} is on ${gone}`;
      if (kind === "vlan") {
        if (!deleted)
          return [
            {
              name: `vlan:${name}`,
              says: `${which}, and stays there: what comes in with its tag is its own, and reaches no VM on ${heir}`,
              remedy: "",
              verdict: "seen to",
            },
          ];
        const remedy = "Take it away first, or put it on another link";
        return [{ name: `vlan:${name}`, says: `${which}, and goes with it`, remedy, verdict: "refused" }];
      }
      const remedy =
        vm === undefined
          ? `Take it away first; what needs it can have a port of ${enslaved ? heir : "another bridge"} instead`
          : `Detach it first: take its Nic out of the program for one \`up\`, or virsh detach-interface ${quote([vm])} direct; and give ${vm} a NIC on ${heir} after that`;
      return deleted
        ? [{ name: `${kind}:${name}`, says: `${which}, and goes with it`, remedy, verdict: "refused" }]
        : [
            {
              name: `${kind}:${name}`,
              says: `${which}: the kernel makes such a NIC no port of a bridge`,
              remedy,
              verdict: "impossible",
            },
          ];
    });

function vmOf(facts: Facts, link: string): string | undefined {
  return facts.libvirt?.domains.find(({ running, live }) => running && live.some(({ tap }) => tap === link))?.name;
}

/** libvirt's VMs and networks that use a NIC directly, also those that are off: their next start fails. */
export const usedDirectly: Look = (facts, { gone, heir }) => {
  const { domains = [], networks = [] } = facts.libvirt ?? {};
  const uses = new RegExp(`<(?:forward|interface|pf)\\b[^>]*\\bdev=['"]${gone.replaceAll(".", "\\.")}['"]`);
  return [
    ...domains
      .filter(({ live, inactive }) => [...live, ...inactive].some(({ device }) => device === gone))
      .filter(({ live }) => !live.some(({ tap }) => tap !== undefined && linkNamed(facts, tap)?.parent === gone))
      .map(
        ({ name }): Impact => ({
          name: `vm:${name}:${gone}`,
          says: `the VM ${name} has a NIC directly on ${gone} (type='direct'), and can't start with it any more`,
          remedy: `Give it a NIC on ${heir} instead`,
          verdict: "refused",
        }),
      ),
    ...networks
      .filter(({ xml }) => uses.test(xml))
      .map(
        ({ name }): Impact => ({
          name: `network:${name}:${gone}`,
          says: `the libvirt network ${name} goes out over ${gone} by its definition, which its traffic does not any more`,
          remedy: `Write ${heir} into it, or make it a network on the bridge ${heir}`,
          verdict: "refused",
        }),
      ),
  ];
};

/** libvirt's networks that are off and make a bridge of this name themselves: they can't be started beside it. */
export const sameBridgeName: Look = (facts, { heir }) =>
  (facts.libvirt?.networks ?? [])
    .filter(({ active, forward, definedBridge }) => !active && forward !== "bridge" && definedBridge === heir)
    .map(
      ({ name }): Impact => ({
        name: `network:${name}:${heir}`,
        says: `the libvirt network ${name}, which is off, makes a bridge ${heir} of its own, and can't be started any more beside this one`,
        remedy: `Give it another bridge's name (virsh net-edit ${quote([name])}), or take another name than ${heir}`,
        verdict: "refused",
      }),
    );
