import { accessSync, constants, statSync } from "node:fs";
import type { GivenSetting } from "../provider/host/ssh/config/given";
import { configLines } from "../provider/host/ssh/config/lines";
import { canBeOff, isOff } from "../provider/host/ssh/config/unsupported";
import { nearest } from "../provider/schema/nearest";
import { shown } from "./shown";
import { isUser, parsePort, parseTarget } from "./target";
import { UsageError } from "./usageError";

const anything = () => undefined;
const oneOf =
  (...words: string[]) =>
  (value: string) =>
    words.includes(value.toLowerCase()) ? undefined : `must be ${words.join(", ").replace(/, (\S+)$/, " or $1")}`;
const seconds = (value: string) => (/^\d{1,6}$/.test(value) ? undefined : "must be a number of seconds");
const port = (value: string) => (parsePort(value) !== undefined ? undefined : "must be a number from 1 to 65535");

/** The settings of ssh_config(5) that kvmnet goes by, and what is wrong with a value. */
const understood: Readonly<Record<string, (value: string) => string | undefined>> = {
  CheckHostIP: oneOf("yes", "no"),
  ConnectTimeout: seconds,
  GlobalKnownHostsFile: anything,
  HostKeyAlias: anything,
  HostName: anything,
  IdentitiesOnly: oneOf("yes", "no"),
  IdentityAgent: anything,
  IdentityFile: anything,
  Port: port,
  ProxyCommand: anything,
  ProxyJump: wrongJump,
  RevokedHostKeys: anything,
  ServerAliveInterval: seconds,
  StrictHostKeyChecking: oneOf("yes", "no", "accept-new", "ask", "off"),
  User: (value) => (isUser(value) ? undefined : "must be the name of a user"),
  UserKnownHostsFile: anything,
};

/** `-o NAME=VALUE`, also `-o "NAME VALUE"`, as ssh takes it. */
export function parseSetting(text: string): GivenSetting {
  const [, said, value] = /^[ \t]*([A-Za-z0-9]+)(?:[ \t]*=[ \t]*|[ \t]+)([^\s\p{C}][^\p{C}]*)$/u.exec(text) ?? [];
  if (said === undefined || value === undefined)
    throw new UsageError(`-o ${shown(text)}: must be a line of ssh_config(5), like -o IdentitiesOnly=yes`);
  const known = [...Object.keys(understood), ...canBeOff];
  const name = known.find((one) => one.toLowerCase() === said.toLowerCase());
  if (name === undefined) {
    const near = nearest(said, known);
    const instead = near === undefined ? `it goes by ${Object.keys(understood).join(", ")}` : `did you mean ${near}?`;
    throw new UsageError(`-o ${said}: kvmnet does not go by this one; ${instead}`);
  }
  const wrong = understood[name];
  if (wrong === undefined && !isOff(value))
    throw new UsageError(`-o ${name}: kvmnet does not do this, so it can only be switched off: -o ${name}=none`);
  const values = wordsOf(`${name} ${value}`);
  const why =
    values === undefined ? "must be words as in ssh_config(5), each quote with its end" : wrong?.(values.join(" "));
  if (values === undefined || why !== undefined) throw new UsageError(`-o ${name}=${value}: ${why}`);
  return { name, values };
}

/** The values of a setting; none, or a quote without its end, is no line. */
function wordsOf(line: string): readonly string[] | undefined {
  try {
    const [setting] = configLines(line);
    return setting?.values.length ? setting.values : undefined;
  } catch {
    return undefined;
  }
}

/** `-i FILE`: a key file, or its .pub. */
export function identity(file: string): GivenSetting {
  readable("-i", file);
  return { name: "IdentityFile", values: [file.replaceAll("%", "%%")] };
}

/** `-J HOST[,HOST]`: of ProxyJump and ProxyCommand, the first that is said counts. */
export function jump(hosts: string): GivenSetting[] {
  const why = wrongJump(hosts);
  if (why !== undefined) throw new UsageError(`-J ${shown(hosts)}: ${why}`);
  return [
    { name: "ProxyJump", values: [hosts.replaceAll("%", "%%")] },
    { name: "ProxyCommand", values: ["none"] },
  ];
}

/** `-F FILE`: ssh says nothing of a file that is not there, and dials somewhere else then. */
export function configFile(file: string): string {
  if (!/^none$/i.test(file)) readable("-F", file);
  return file;
}

function wrongJump(hosts: string): string | undefined {
  try {
    if (!/^none$/i.test(hosts)) for (const host of hosts.split(",")) parseTarget(host.replace(/^ +| +$/g, ""));
    return undefined;
  } catch {
    return "must be [USER@]HOST[:PORT], several parted by commas";
  }
}

function readable(option: string, file: string): void {
  const why = unreadable(file);
  if (why !== undefined) throw new UsageError(`${option} ${shown(file)}: ${why}`);
}

function unreadable(file: string): string | undefined {
  try {
    accessSync(file, constants.R_OK);
    return statSync(file).isDirectory() ? "it is a folder" : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : "it can't be read";
  }
}
