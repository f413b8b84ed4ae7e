import { readScript } from "../script";
import { HostError } from "../ssh/hostError";
import type { Session } from "../ssh/session";
import type { Facts } from "./facts";

const script = readScript(__dirname, "facts.sh");

/** One round trip; nothing on the host changes. Of the network alone, as if the host had no libvirt. */
export async function readFacts(
  session: Session,
  { signal, networkAlone = false }: { signal?: AbortSignal | undefined; networkAlone?: boolean } = {},
): Promise<Facts> {
  const read = session.exec(["sh", "-c", script, "sh", ...(networkAlone ? ["network"] : [])], {
    purpose: "read the host's facts",
    ...(signal && { signal }),
    nextStep: "kvmnet needs a Debian or Ubuntu host with iproute2 and systemd.",
  });
  // What reads them is loaded while the host answers.
  const [{ stdoutBytes }, { parseFacts }] = await Promise.all([read, import("./parseFacts")]);
  const facts = parsed(session.label, () => parseFacts(stdoutBytes));
  if (facts.uid !== 0)
    throw new HostError(
      "notRoot",
      session.label,
      'kvmnet works on a host as root: set connection.user to "root", or connection.sudo to true or { password }.',
    );
  return facts;
}

/** Whatever it is that answered: the error says which host it was. */
function parsed(label: string, parse: () => Facts): Facts {
  try {
    return parse();
  } catch (error) {
    throw new HostError(
      "nonsense",
      label,
      `its facts can't be read: ${(error as Error).message}\nDoes a login script on it print something, or a ForceCommand answer?`,
    );
  }
}
