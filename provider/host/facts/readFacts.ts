import { hideSecretsOf } from "../exec/hidden";

import { HostError } from "../ssh/hostError";
import type { Session } from "../ssh/session";
import { inTurns } from "../turns";
import { asReader } from "./asReader";
import type { Facts } from "./facts";
import { factsScript } from "./script";

/** One round trip; nothing on the host changes. Of the network alone, as if the host had no libvirt. */
export async function readFacts(
  session: Session,
  { signal, networkAlone = false }: { signal?: AbortSignal | undefined; networkAlone?: boolean } = {},
): Promise<Facts> {
  const read = session.exec(["sh", "-c", factsScript, "sh", ...(networkAlone ? ["network"] : [])], {
    purpose: "read the host's facts",
    ...(signal && { signal }),
    toShow: async (stdout) => (await import("./factsToShow")).factsToShow(stdout),
    nextStep: "kvmnet needs a Debian or Ubuntu host with iproute2 and systemd.",
  });
  // What reads them is loaded while the host answers.
  const [{ stdoutBytes }, { parsingFacts }, { secretsIn, withinLimit }] = await Promise.all([
    read,
    import("./parseFacts"),
    import("./secrets"),
  ]);
  const facts = await inTurns(parsingFacts(stdoutBytes), signal).catch((error) => {
    if (signal?.aborted) throw error;
    return nonsense(session.label, error);
  });
  const before = [...facts.records.values()].flatMap(({ previousConfig }) => Object.values(previousConfig));
  hideSecretsOf(withinLimit([...facts.netplan.values(), ...facts.cloudConfig.values(), ...before]), secretsIn);
  const seen = facts.uid === 0 ? facts : asReader(facts);
  return { ...seen, unreadable: seen.unreadable.map((one) => ({ ...one, host: session.label })) };
}

/** Whatever it is that answered: the error says which host it was. */
function nonsense(label: string, error: unknown): never {
  const { name, message } = error as Error;
  const hint = name === "NoMachineId" ? "" : "\nDoes a ForceCommand of its sshd_config answer in its place?";
  throw new HostError("nonsense", label, `its facts can't be read: ${message}${hint}`);
}
