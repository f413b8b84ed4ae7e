import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

const stacks = resolve(__dirname, "../../../stacks");

export const exampleConfig = readFileSync(join(stacks, "Pulumi.example.yaml"), "utf8");

/** With all options that stand in comments. */
export const uncommented = (text: string) => text.replace(/^( *)# (\w+: .+)$/gm, "$1$2");

/** The homelab's part of a stack's file, without its prefixes. */
export function homelabOf(text: string): Record<string, unknown> {
  const { config } = parse(text) as { config: Record<string, unknown> };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace("homelab:", ""), value]));
}
