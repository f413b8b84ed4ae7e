import { visible } from "../provider/host/exec/visible";
import { config, type HomelabConfig } from "./config";
import { formatPath, problemsOf } from "./problem";
import { referenceProblems } from "./references";

/** Everything that is wrong with a stack's config, a line each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

/**
 * Checks a config as a whole and fills its defaults.
 *
 * @param written the config as the stack's YAML has it, without its `homelab:` prefixes
 * @throws ConfigError with every problem, each under its key
 * @example checkConfig({ hosts: { kvm1: { connection: { host: "kvm1.example" }, bridge: {} } } })
 */
export function checkConfig(written: unknown): HomelabConfig {
  const checked = config.safeParse(written);
  if (isEmpty(written)) throw new ConfigError(noHosts);
  const problems = [
    ...(checked.success ? [] : problemsOf(config, checked.error.issues)),
    ...referenceProblems(written),
  ].map(({ path, reason }) => visible(`${formatPath(path)}: ${reason}`));
  if (!checked.success || problems.length > 0) throw new ConfigError([...new Set(problems)]);
  return checked.data;
}

/** Of a stack that was just made. */
const isEmpty = (written: unknown) =>
  typeof written === "object" && written !== null && Object.keys(written).length === 0;

const noHosts = [
  "hosts: is missing: the config of this stack says no host yet. This names one, and gives it a bridge:",
  "  pulumi config set --path hosts.kvm1.connection.host kvm1.example",
  "  pulumi config set --path hosts.kvm1.bridge.name br0",
  "stacks/Pulumi.example.yaml has all that there is to say.",
];
