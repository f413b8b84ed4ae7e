import { pageHere } from "../provider/host/documentation";
import type { Hosts } from "../provider/host/hosts";
import { leftovers, removeLeftovers } from "../provider/host/transaction/clean";
import type { Arguments } from "./arguments";
import { interruptible } from "./interruptible";
import {
  filesThatStay,
  filesWithoutRecord,
  inALine,
  listMarkedObjects,
  staleRecords,
  unclaimed,
} from "./markedObjects";
import { print } from "./paint";
import { agreed } from "./terminal";

const say = (text: string) => print(process.stderr, `${text}\n`);

/** Takes away what is left on a host that has nothing of kvmnet's any more: shows it, and asks. */
export async function clean(hosts: Hosts, { connection, yes }: Arguments): Promise<number> {
  const { host, facts } = await hosts.reachFacts(connection, { fresh: true });
  const things = listMarkedObjects(facts);
  const unread = facts.unreadable.filter(({ part }) => part === "records" || part === "files").map(({ what }) => what);
  const all = [...things.map(inALine), ...filesWithoutRecord(facts).map(unclaimed), ...unread];
  if (all.length > 0) {
    say(
      `${host.label}: nothing was removed: this is kvmnet's still:\n${all.map((one) => `  ${one}\n`).join("")}` +
        `\`pulumi destroy\` takes it away, and ${pageHere("docs/leaving.md")} says how to keep it without kvmnet.`,
    );
    return 1;
  }
  if (facts.armed !== undefined) {
    say(`${host.label}: nothing was removed: a change of its network is not confirmed (transaction ${facts.armed})`);
    return 1;
  }
  const stays = filesThatStay(facts).map((path) => `  ${path}\n`);
  const own = stays.length === 0 ? "" : `, but for what is the host's own now:\n${stays.join("").trimEnd()}`;
  const end = `${host.label}: nothing is left of kvmnet${own}\n`;
  const left = await leftovers(host);
  if (left.length === 0) {
    print(process.stdout, end);
    return 0;
  }
  say(`to remove, and with it the way back from earlier changes:\n${left.map((path) => `  ${path}`).join("\n")}`);
  if (!yes && !(await agreed(`Remove this from ${host.label}? [y/N] `))) return 1;
  const log = { progress: say, info: say, warn: say };
  await interruptible((signal) => removeLeftovers(host, staleRecords(facts), { who: "kvmnet clean", log, signal }));
  print(process.stdout, end);
  return 0;
}
