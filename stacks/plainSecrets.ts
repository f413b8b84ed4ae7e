import { quote } from "../provider/host/exec/quote";
import { visible } from "../provider/host/exec/visible";
import { type Fields, record } from "./fields";
import { formatPath } from "./problem";

type Path = readonly string[];

/** A stack's config: what each key has, by the whole of its name (`homelab:hosts`). */
export interface StackConfig {
  readonly values: Fields;
  /** Whether the stack's file encrypts something under this key. The engine does not say what. */
  isSecret(key: string): boolean;
  /** The file as it was written, where that says what of such a key is encrypted. */
  readonly file: Fields;
}

/**
 * What of a stack's logins its file has in plain text, in words, and never the value.
 *
 * @returns undefined where all of it is encrypted
 */
export function plainSecrets({ values, isSecret, file }: StackConfig): string | undefined {
  const lines = Object.keys(values).flatMap((key) =>
    loginsIn(values[key])
      .filter((path) => !isSecret(key) || valueAt(file[key], path) === valueAt(values[key], path))
      .map((path) => advice(formatPath(path, key), path.at(-1))),
  );
  if (lines.length === 0) return undefined;
  return [`secrets stand in plain text in the config of this stack. These commands encrypt them:`, ...lines].join("\n");
}

/** Where the passwords and keys are: no other thing of a config has such a name. */
function loginsIn(value: unknown, at: Path = []): Path[] {
  return Object.entries(record(value)).flatMap(([key, part]) => {
    const path = [...at, key];
    return typeof part === "string" ? (isLogin(key, part) ? [path] : []) : loginsIn(part, path);
  });
}

/** A key of one line is the path of a file, which the check refuses. */
const isLogin = (name: string, text: string) =>
  name === "privateKey" ? text.trim().includes("\n") : ["password", "privateKeyPassword"].includes(name) && text !== "";

function advice(property: string, name: string | undefined): string {
  const command = quote(["pulumi", "config", "set", "--secret", "--path", property]);
  const how = name === "privateKey" ? `${command} <FILE (the key's)` : `${command} (it asks for the value)`;
  return visible(`  ${property}: ${how}`);
}

const valueAt = (value: unknown, path: Path) => path.reduce((inner, key) => record(inner)[key], value);
