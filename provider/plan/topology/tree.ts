import type { Finding } from "../diagnose/finding";
import type { Topology, TopologyNode } from "./topology";

export type Paint = (colour: "red" | "yellow" | "dim" | "bold", text: string) => string;

interface Branch {
  readonly lines: readonly string[];
  readonly branches: readonly Branch[];
}

/** The kernel takes eight links on top of each other (MAX_NEST_DEV in linux/netdevice.h); a VM and its TAP come to them. */
const deepest = 12;

/**
 * A host's network as a tree of text: each bridge with what is on it, then what is on none. What
 * several ways of one bridge lead to is drawn at each of them, and what is behind it once.
 */
export function treeOf(topology: Topology, paint: Paint = (_, text) => text): string {
  const { nodes, edges } = topology;
  const named = new Map(nodes.map((node) => [node.id, node]));
  const over = (id: string) => edges.filter(({ to }) => to === id).map(({ from }) => named.get(from));
  const under = (id: string) =>
    edges
      .filter(({ from }) => from === id)
      .map(({ to, words, findings }) => {
        const node = named.get(to);
        return node && { ...node, ...(words && { words }), ...(findings && { findings }) };
      });
  const there = (all: (TopologyNode | undefined)[]) => all.filter((node) => node !== undefined);

  const from = (node: TopologyNode, next: (id: string) => (TopologyNode | undefined)[]): Branch[] => {
    const drawn = new Set([node.id]);
    const branch = (node: TopologyNode, depth: number): Branch => {
      const again = drawn.has(node.id) || depth >= deepest;
      drawn.add(node.id);
      return {
        lines: linesOf(node, paint),
        branches: again ? [] : there(next(node.id)).map((one) => branch(one, depth + 1)),
      };
    };
    return there(next(node.id)).map((one) => branch(one, 1));
  };
  const bridges = nodes
    .filter(({ kind }) => kind === "bridge")
    .map((bridge) => ({ lines: linesOf(bridge, paint), branches: [...from(bridge, over), ...from(bridge, under)] }));
  // What no bridge leads to, from where it starts: a NIC with a VLAN on it, a TAP that is out of its bridge, a VM.
  const shown = new Set(nodes.filter(({ kind }) => kind === "bridge").flatMap(({ id }) => reached(topology, id)));
  const alone = nodes
    .filter(({ id }) => !shown.has(id) && over(id).length === 0)
    .map((node) => ({ lines: linesOf(node, paint), branches: from(node, under) }));
  const host: Branch = {
    lines: [paint("bold", topology.host), ...topology.findings.map((one) => `  ${wrong(one, paint)}`)],
    branches: [...bridges, ...alone],
  };
  return `${render(host).join("\n")}\n`;
}

/** All that is over a bridge or under it. */
function reached({ edges }: Topology, bridge: string): string[] {
  const follow = (next: (id: string) => string[]): Set<string> => {
    const found = new Set([bridge]);
    for (const id of found) for (const one of next(id)) found.add(one);
    return found;
  };
  return [
    ...follow((id) => edges.filter(({ to }) => to === id).map(({ from }) => from)),
    ...follow((id) => edges.filter(({ from }) => from === id).map(({ to }) => to)),
  ];
}

function linesOf(node: TopologyNode, paint: Paint): string[] {
  const head = `${node.kind} ${paint("bold", node.name)}`;
  const words = node.words.length > 0 ? `  ${paint("dim", node.words.join("  "))}` : "";
  return [`${head}${words}`, ...node.findings.map((one) => `  ${wrong(one, paint)}`)];
}

function wrong({ severity, check, evidence }: Finding, paint: Paint): string {
  return paint(severity === "error" ? "red" : "yellow", `! ${severity} ${check}: ${evidence}`);
}

function render({ lines, branches }: Branch): string[] {
  const [head = "", ...more] = lines;
  const below = branches.flatMap((branch, at) => {
    const last = at === branches.length - 1;
    const [first = "", ...rest] = render(branch);
    return [`${last ? "└─ " : "├─ "}${first}`, ...rest.map((line) => `${last ? "   " : "│  "}${line}`)];
  });
  const side = branches.length > 0 ? "│" : " ";
  return [head, ...more.map((line) => `${side}${line}`), ...below];
}
