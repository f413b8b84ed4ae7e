import type { Entry } from "../../provider/plan/entry";
import { CommandLine } from "./commandLine";
import type { Host } from "./host";

/** What the doctor finds on a host, without listening: nothing on one that is well. */
export async function foundOn(host: Host): Promise<string[]> {
  const line = await CommandLine.of(host);
  const { stdout, stderr } = await line.run("doctor", "--json", "--listen", "0", `root@${host.address}`);
  if (stderr !== "") throw new Error(`the doctor on ${host.name}: ${stderr}`);
  return (JSON.parse(stdout) as Entry[]).map(({ text }) => text);
}
