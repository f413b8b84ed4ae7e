import type { Facts } from "../../host/facts/facts";
import type { Host } from "../../host/host";
import { readdressing } from "../../host/transaction/readdressing";
import { describeChange } from "../../plan/impact/describe";
import { concerned, difference, networkNow } from "../../plan/impact/difference";
import type { Operation } from "../lifecycle";
import type { BridgePlan } from "./bridgePlan";
import { runningVms } from "./plan";
import type { UpdatePlan } from "./planUpdate";
import { vlanWordsFor } from "./vlans";

/** A TAP that is put back is nothing that the host could be lost by. */
export const onlyTaps = ({ differences, strays }: BridgePlan): boolean =>
  strays.length > 0 && differences.length === strays.length;

/** What a change will do, before it happens. */
export function logPlan(operation: Operation, host: Host, facts: Facts, plan: UpdatePlan): void {
  const { wanted, uplink, target, change, inside, adoptedFiles, differences, insteadOf, virtualUplink } = plan;
  const from = plan.from ?? (virtualUplink ? undefined : uplink);
  const there = `${host.label}: ${wanted.name} is there already (${adoptedFiles.join(", ")})`;
  if (adoptedFiles.length > 0 && differences.length === 0) {
    operation.log.info(`${there} as wanted, and is taken over. Nothing of the host's network changes.`);
    return;
  }
  if (adoptedFiles.length > 0) operation.log.info(`${there}. What changes: ${differences.join("; ")}.`);
  if (onlyTaps(plan)) {
    const taps = plan.strays.map(({ tap, vm }) => `${tap} of ${vm}`).join(", ");
    operation.log.info(
      `${host.label}: ${taps}: put back into ${wanted.name}. Nothing else of the host's network changes.`,
    );
    return;
  }
  for (const sentence of plan.losses.sentences) operation.log.warn(`${host.label}: ${sentence}.`);
  const { dropped } = readdressing(facts, plan.planned);
  const to = wanted.name;
  const vms = [...new Set([...runningVms(facts, plan.from?.name ?? to), ...plan.strays.map(({ vm }) => vm)])];
  const besides = [virtualUplink?.vlan?.parent.name, virtualUplink?.vlan?.parent.master].filter(
    (one) => one !== undefined,
  );
  const { sentences, files } = describeChange(facts, {
    ...change,
    inside,
    dropped: dropped,
    from,
    to,
    target,
    vms,
    besides,
  });
  const text = [
    `${host.label}: bridge ${to} ${virtualUplink && !virtualUplink.vlan ? "without an uplink" : `on ${virtualUplink?.words ?? uplink?.name}`}${insteadOf ? ` instead of ${insteadOf}` : ""}`,
    ...(plan.newOwner ? [`${plan.newOwner}.`] : []),
    ...vlanWordsFor(facts, plan.wanted),
    ...sentences,
  ].join("\n");
  operation.log.info([text, "", ...files.map(({ diff }) => diff)].join("\n"), { text, files });
}

/** What came of it, as the host was read before and after. */
export function logOutcome(
  { log }: Operation,
  host: Host,
  [before, after]: readonly [Facts, Facts],
  plan: UpdatePlan,
): void {
  const names = concerned(plan.target);
  const { moves, comes } = difference(networkNow(before, names), networkNow(after, names));
  const { name } = plan.wanted;
  const addresses = (things: readonly { readonly key: string; readonly words: string }[]) =>
    things.filter(({ key }) => key.includes("/") && !key.includes(" ")).map(({ words }) => words);
  const [moved, come] = [
    addresses(moves.filter(({ to }) => to === name)),
    addresses(comes.filter(({ link }) => link === name)),
  ];
  const words = [
    `${name} is up`,
    ...(moved.length > 0 ? [`${moved.join(", ")} moved to it`] : []),
    ...(come.length > 0 ? [`it has ${come.join(", ")} now`] : []),
  ];
  log.info(`${host.label}: ${words.join(", ")}; confirmed over a new connection.`);
}
