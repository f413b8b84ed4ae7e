import { hideSecretsOf } from "../exec/hidden";
import { limits } from "./limits";
import { secretsIn, withinLimit } from "./secrets";
import { parseSections, type Section } from "./sections";
import { withoutSecrets } from "./withoutSecrets";

/**
 * What facts.sh printed, to be written down: files of netplan without their secrets, and of what may have a password
 * anywhere in it (XML, what was there before kvmnet) how long it is.
 */
export function factsToShow(output: Buffer): string {
  const sections = parseSections(output);
  const files = sections.filter(({ name, text }) => isYaml(name) && text.length <= limits.netplan);
  hideSecretsOf(withinLimit(files.map(({ text }) => text)), secretsIn);
  return sections.map((section) => `${section.name} ${section.code}\n${shown(section).replace(/\n*$/, "\n")}`).join("");
}

const kept: ReadonlySet<string> = new Set(["libvirt", "record", "mark", "interfaces", "keyfile"]);

function shown({ name, text }: Section): string {
  const kind = name.split(":")[0] ?? "";
  if (kept.has(kind) || text.length > limits.netplan) return `(${text.length} characters, not shown)`;
  return isYaml(name) ? withoutSecrets(text) : text;
}

const isYaml = (name: string) => /^(netplan|cloud):/.test(name);
