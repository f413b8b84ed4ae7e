import type { Finding } from "../diagnose/finding";
import type { Topology, TopologyNode } from "./topology";

export type Paint = (colour: "red" | "yellow" | "dim" | "bold", text: string) => string;

interface Branch {
  readonly lines: readonly string[];
  readonly branches: readonly Branch[];
}

/** A host's network as a tree of text: each bridge with what is on it, then what is on none. */
export function treeOf(topology: Topology, paint: Paint = (_, text) => text): string {
  const { nodes, edges } = topology;
  const named = new Map(nodes.map((node) => [node.id, node]));
  const over = (id: string) => edges.filter(({ to }) => to === id).map(({ from }) => named.get(from));
  const under = (id: string) => edges.filter(({ from }) => from === id).map(({ to }) => named.get(to));
  const there = (all: (TopologyNode | undefined)[]) => all.filter((node) => node !== undefined);

  const towardsWire = (node: TopologyNode): Branch => ({
    lines: linesOf(node, paint),
    branches: there(over(node.id)).map(towardsWire),
  });
  const towardsVms = (node: TopologyNode): Branch => ({
    lines: linesOf(node, paint),
    branches: there(under(node.id)).map(towardsVms),
  });
  const bridges = nodes
    .filter(({ kind }) => kind === "bridge")
    .map((bridge) => ({
      lines: linesOf(bridge, paint),
      branches: [...there(over(bridge.id)).map(towardsWire), ...there(under(bridge.id)).map(towardsVms)],
    }));
  // What no bridge leads to, from where it starts: a NIC with a VLAN on it, a TAP that is out of its bridge, a VM.
  const shown = new Set(nodes.filter(({ kind }) => kind === "bridge").flatMap(({ id }) => reached(topology, id)));
  const alone = nodes.filter(({ id }) => !shown.has(id) && over(id).length === 0).map(towardsVms);
  const host: Branch = {
    lines: [paint("bold", topology.host), ...topology.findings.map((one) => `  ${wrong(one, paint)}`)],
    branches: [...bridges, ...alone],
  };
  return `${render(host).join("\n")}\n`;
}

/** All that is over a bridge or under it. */
function reached({ edges }: Topology, bridge: string): string[] {
  const follow = (ids: readonly string[], next: (id: string) => string[]): string[] => {
    const more = [...new Set(ids.flatMap(next))].filter((id) => !ids.includes(id));
    return more.length === 0 ? [...ids] : follow([...ids, ...more], next);
  };
  return [
    ...follow([bridge], (id) => edges.filter(({ to }) => to === id).map(({ from }) => from)),
    ...follow([bridge], (id) => edges.filter(({ from }) => from === id).map(({ to }) => to)),
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
