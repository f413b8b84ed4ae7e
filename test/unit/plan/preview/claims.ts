/** What a preview's sentences claim of a network, one thing at a time; a sentence that is none of them is no claim that can be checked. */
export type Claim =
  | { readonly kind: "moves"; readonly what: string; readonly from: string; readonly to: string }
  | { readonly kind: "comes" | "stays"; readonly what: string; readonly on: string }
  | { readonly kind: "goes"; readonly what: string }
  | { readonly kind: "asks" | "asksNoMore" | "over" | "notOver"; readonly link: string }
  | { readonly kind: "within"; readonly seconds: number }
  | { readonly kind: "vms"; readonly names: readonly string[] }
  | { readonly kind: "at" | "nothing"; readonly what: string }
  | {
      readonly kind: "heading";
      readonly bridge: string;
      readonly uplink: string;
      readonly insteadOf: string | undefined;
    }
  | { readonly kind: "alone"; readonly bridge: string }
  | { readonly kind: "filters"; readonly bridge: string }
  | { readonly kind: "carries"; readonly link: string; readonly vids: string }
  | { readonly kind: "delay"; readonly link: string; readonly was: number; readonly is: number }
  | { readonly kind: "foundIn"; readonly link: string; readonly path: string }
  | { readonly kind: "file" | "missing"; readonly path: string };

type Read = (...groups: string[]) => Claim[];

const things = (list = "") =>
  list.split(", ").map((one) => one.replace(/^[Tt]he /, "").replace(/ \((DHCP|of a router's prefix)\)$/, ""));

const sentences: (readonly [RegExp, Read])[] = [
  [
    /^kvm: (.+) goes away(?:: the host will have no IPv[46] default route(?: of table \d+)?)?\.$/,
    (list) => things(list).map((what) => ({ kind: "goes", what })),
  ],
  [
    /^kvm: (.+) goes away with the addressing of (\S+)\.$/,
    (list) => things(list).map((what) => ({ kind: "goes", what })),
  ],
  [/^kvm: the host will have no name server\.$/, () => []],
  [
    /^(.+) moves? from (\S+) to (\S+)\.$/,
    (list, from = "", to = "") => things(list).map((what) => ({ kind: "moves", what, from, to })),
  ],
  [/^(\S+) gets (.+)\.$/, (on = "", list) => things(list).map((what) => ({ kind: "comes", what, on }))],
  [/^(.+) stays? on (\S+)\.$/, (list, on = "") => things(list).map((what) => ({ kind: "stays", what, on }))],
  [
    /^(.+) go(?:es)? away(?: once the change is confirmed)?(?:, unless DHCP gives the same again)?\.$/,
    (list) => things(list).map((what) => ({ kind: "goes", what })),
  ],
  [/^(\S+) asks DHCP: what that gives is known once it answers\.$/, (link = "") => [{ kind: "asks", link }]],
  [/^(\S+) asks DHCP no more\.$/, (link = "") => [{ kind: "asksNoMore", link }]],
  [/^No address moves from (\S+) to (\S+)\.$/, (what = "") => [{ kind: "nothing", what }]],
  [/^This SSH connection comes in over (\S+): it may stall for a moment\.$/, (link = "") => [{ kind: "over", link }]],
  [/^This SSH connection does not come in over (\S+)\.$/, (link = "") => [{ kind: "notOver", link }]],
  [
    /^This SSH connection comes in at (\S+): (?:write the new address|if DHCP gives another address, write that) into connection\.host\.$/,
    (what = "") => [{ kind: "at", what }],
  ],
  [/^NetworkManager is stopped for a moment, and with it ends? .+\.$/, () => []],
  [/^No running VM hangs on it\.$/, () => [{ kind: "vms", names: [] }]],
  [/^Running VMs on it: (.+)\.$/, (list = "") => [{ kind: "vms", names: list.split(", ") }]],
  [
    /^Unless it is confirmed over a new SSH connection within (\d+) s, the host undoes it by itself\.$/,
    (seconds) => [{ kind: "within", seconds: Number(seconds) }],
  ],
  [
    /^kvm: bridge (\S+) on VLAN (\d+) of (\S+)$/,
    (bridge = "", number = "", link = "") => [
      { kind: "heading", bridge, uplink: `${link}.${number}`, insteadOf: undefined },
    ],
  ],
  [
    /^(\S+) tells VLANs apart then: (\S+) carries (?:no VLAN with a tag|the VLANs (.+) with a tag)\. The host, and VMs whose NIC has no VLAN, stay /,
    (bridge = "", link = "", vids = "") => [
      { kind: "filters", bridge },
      { kind: "carries", link, vids },
    ],
  ],
  [/^kvm: bridge (\S+) without an uplink$/, (bridge = "") => [{ kind: "alone", bridge }]],
  [/^The host has no address on (\S+)\.$/, (what = "") => [{ kind: "nothing", what }]],
  [
    /^kvm: bridge (\S+) on (\S+?)(?: instead of (\S+))?$/,
    (bridge = "", uplink = "", insteadOf) => [{ kind: "heading", bridge, uplink, insteadOf }],
  ],
];

/** What a bridge that is there already has otherwise than the program. */
const changes: readonly (readonly [RegExp, Read])[] = [
  [
    /^the forward delay of (\S+) is (\d+) s instead of (\d+) s$/,
    (link = "", was, is) => [{ kind: "delay", link, was: Number(was), is: Number(is) }],
  ],
  [/^(\S+) is not on (\S+)$/, (what = "", on = "") => [{ kind: "comes", what, on }]],
  [/^(\S+) gives (\S+) another addressing$/, (path = "", link = "") => [{ kind: "foundIn", link, path }]],
  [/^(\S+) is not there$/, (path = "") => [{ kind: "missing", path }]],
];

sentences.push([
  /^kvm: (\S+) is there already \((\S+)\)\. What changes: (.+)\.$/,
  (link = "", path = "", list = "") => [
    { kind: "foundIn", link, path },
    ...list.split("; ").flatMap((one) => readBy(changes, one)),
  ],
]);

/** @throws of a sentence that no pattern reads: whoever writes a new one says here what it claims */
export function claimsIn(text: string): Claim[] {
  const [words = "", ...diff] = text.split(/\n\n|\n(?=--- )/);
  const files = diff
    .join("\n")
    .split("\n")
    .flatMap((line, index, all) => {
      if (!line.startsWith("--- ")) return [];
      const path = [line, all[index + 1] ?? ""].map((one) => one.slice(4)).find((one) => one !== "/dev/null") ?? "";
      return [{ kind: "file" as const, path }];
    });
  return [...words.split("\n").flatMap((sentence) => readBy(sentences, sentence)), ...files];
}

function readBy(patterns: readonly (readonly [RegExp, Read])[], sentence: string): Claim[] {
  for (const [pattern, read] of patterns) {
    const match = pattern.exec(sentence);
    if (match) return read(...match.slice(1));
  }
  throw new Error(`No claim is known of: ${sentence}`);
}
