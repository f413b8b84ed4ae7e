import { join } from "node:path";
import { start as spawn } from "../test/lab/command";
import { goal, line, measured, median, ratio } from "./figures";

const plugin = join(__dirname, "../provider/pulumi-resource-kvmnet");

/** From the plugin's start to the line with its port, beside a node that prints one at once. */
export async function start(runs: number): Promise<string[]> {
  const took = { node: [] as number[], plugin: [] as number[] };
  for (let run = 0; run < Math.max(runs, 3); run++) {
    took.node.push(await firstLine([process.execPath, "-e", "console.log(1)"]));
    took.plugin.push(await firstLine([plugin]));
  }
  const [node, ready] = [
    measured("node with nothing to do", "s", took.node),
    measured("the plugin, from exec to the line with its port", "s", took.plugin),
  ];
  return [
    "Start of the plugin",
    ...[node, ready].map(line),
    ratio(ready, [node], "node's own start"),
    goal("plugin ready", median(took.plugin), 0.2, "s"),
  ];
}

async function firstLine(argv: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(argv);
  const ended = new Promise((resolve) => child.on("close", resolve));
  await new Promise((said) => child.stdout?.once("data", said));
  const took = (performance.now() - started) / 1000;
  child.kill("SIGKILL");
  await ended;
  return took;
}
