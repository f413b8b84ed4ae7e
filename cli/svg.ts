import { Graph, layout } from "@dagrejs/dagre";
import { visible } from "../provider/host/exec/visible";
import type { Finding } from "../provider/plan/diagnose/finding";
import type { Topology, TopologyNode } from "../provider/plan/topology/topology";

/** Of the text: a monospace font's letters are 0.6 em wide. */
const [size, line, letter] = [13, 18, 7.9];
const [padding, margin] = [10, 16];
/** A host with twenty findings on one bridge stays a picture. */
const longest = 46;
/** More than one looks at, within seconds. The layout calls itself along what is joined, and would come to the stack's end. */
const most = 1000;

interface Placed {
  readonly node: TopologyNode;
  readonly lines: readonly { readonly text: string; readonly look: string }[];
  readonly width: number;
  readonly height: number;
}

/**
 * A host's network as a picture, from the wire on the left to the VMs on the right. What is drawn stands on cards of its
 * own colour, so that it is read on a light and on a dark page; where the page says which it is, the cards follow.
 *
 * @throws Error where there is too much for one
 */
export function svgOf(topology: Topology): string {
  if (topology.nodes.length > most) {
    const [count, limit] = [topology.nodes.length, most].map((number) => number.toLocaleString("en"));
    throw new Error(
      `${topology.host} has ${count} links and VMs: a picture is drawn of ${limit} at most. Without --svg it is a text, with --json it is for scripts.`,
    );
  }
  const graph = new Graph({ multigraph: false });
  graph.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 54, marginx: margin, marginy: margin });
  graph.setDefaultEdgeLabel(() => ({}));
  const cards = topology.nodes.map(cardOf);
  // It fills a column from below.
  for (const { node, width, height } of [...cards].reverse()) graph.setNode(node.id, { width, height });
  for (const { from, to } of [...topology.edges].reverse()) graph.setEdge(from, to);
  layout(graph);

  const title = [topology.host, ...topology.findings.map(wrong)];
  const titleHeight = title.length * line + 2 * padding;
  const drawn = graph.graph() as { width?: number; height?: number };
  const longestTitle = longestOf(title) * letter + 2 * padding + 2 * margin;
  const width = Math.ceil(Math.max(drawn.width ?? 0, longestTitle));
  const height = Math.ceil((drawn.height ?? 0) + titleHeight + margin);
  const down = titleHeight + margin;
  const edges = topology.edges.map(({ from, to }) => {
    const [a, b] = [graph.node(from), graph.node(to)] as { x: number; y: number; width: number }[];
    if (!a || !b) return "";
    const [x1, x2] = [a.x + a.width / 2, b.x - b.width / 2];
    const middle = (x1 + x2) / 2;
    return `<path class="edge" d="M${at(x1)} ${at(a.y + down)}C${at(middle)} ${at(a.y + down)} ${at(middle)} ${at(b.y + down)} ${at(x2)} ${at(b.y + down)}"/>`;
  });
  const boxes = cards.map((card) => {
    const { x, y } = graph.node(card.node.id) as { x: number; y: number };
    return box(card, x - card.width / 2, y - card.height / 2 + down);
  });
  const head = {
    lines: title.map((text, index) => ({ text, look: index === 0 ? "name" : "wrong" })),
    ...{ width: longestTitle - 2 * margin, height: titleHeight },
  };
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(`The network of ${topology.host}`)}">
<style>${style}</style>
${edges.join("\n")}
${card("host", head, margin, margin)}
${boxes.join("\n")}
</svg>
`;
}

const style = `
text { font: ${size}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; white-space: pre }
.card { fill: #f6f8fa; stroke: #57606a; stroke-width: 1.2 }
.bridge .card { stroke: #0969da; stroke-width: 2 }
.VM .card { stroke: #1a7f37; stroke-width: 2 }
.down .card { stroke-dasharray: 5 4 }
.error .card { stroke: #cf222e; stroke-width: 2.4 }
.warning .card { stroke: #bf8700; stroke-width: 2.4 }
.edge { fill: none; stroke: #7d8590; stroke-width: 1.6 }
.name { font-weight: bold }
.word { fill: #57606a }
.wrong { fill: #b3202c }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .card { fill: #161b22; stroke: #8b949e }
  .bridge .card { stroke: #58a6ff }
  .VM .card { stroke: #3fb950 }
  .error .card { stroke: #f85149 }
  .warning .card { stroke: #d29922 }
  .word { fill: #9da7b1 }
  .wrong { fill: #ff7b72 }
}
`;

function cardOf(node: TopologyNode): Placed {
  const lines = [
    { text: `${node.kind} ${node.name}`, look: "name" },
    ...node.words.map((text) => ({ text, look: "word" })),
    ...node.findings.map((one) => ({ text: wrong(one), look: "wrong" })),
  ].map(({ text, look }) => ({ text: text.length > longest ? `${text.slice(0, longest - 1)}…` : text, look }));
  const width = Math.ceil(longestOf(lines.map(({ text }) => text)) * letter + 2 * padding);
  return { node, lines, width, height: lines.length * line + 2 * padding };
}

const longestOf = (texts: readonly string[]) => texts.reduce((most, { length }) => Math.max(most, length), 0);

const wrong = ({ check, severity }: Finding) => `! ${severity}: ${check}`;

function box(placed: Placed, x: number, y: number): string {
  const { kind, down, findings } = placed.node;
  const worst = findings.some(({ severity }) => severity === "error") ? "error" : findings.length > 0 ? "warning" : "";
  return card([kind, down && "down", worst].filter(Boolean).join(" "), placed, x, y);
}

function card(classes: string, { lines, width, height }: Omit<Placed, "node">, x: number, y: number): string {
  const texts = lines.map(
    ({ text, look }, index) =>
      `<text class="${look}" x="${at(x + padding)}" y="${at(y + padding + size + index * line)}">${escaped(text)}</text>`,
  );
  return `<g class="${classes}"><rect class="card" x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" rx="6"/>${texts.join("")}</g>`;
}

const at = (number: number) => String(Math.round(number * 10) / 10);

/** A VM's name is anything. */
function escaped(text: string): string {
  return visible(text).replace(
    /[&<>"]/g,
    (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[character] ?? "",
  );
}
