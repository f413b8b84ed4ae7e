import { readScript } from "../script";
import { HostError } from "../ssh/hostError";
import type { Session } from "../ssh/session";
import type { Facts } from "./facts";
import { parseFacts } from "./parseFacts";

const script = readScript(__dirname, "facts.sh");

/** One round trip; nothing on the host changes. */
export async function readFacts(session: Session, signal?: AbortSignal): Promise<Facts> {
  const { stdoutBytes } = await session.exec(["sh", "-c", script], {
    purpose: "read the host's facts",
    ...(signal && { signal }),
    nextStep: "kvmnet needs a Debian or Ubuntu host with iproute2 and systemd.",
  });
  const facts = parsed(session.label, stdoutBytes);
  if (facts.uid !== 0)
    throw new HostError(
      "notRoot",
      session.label,
      'kvmnet works on a host as root: set connection.user to "root", or connection.sudo to true or { password }.',
    );
  return facts;
}

/** Whatever it is that answered: the error says which host it was. */
function parsed(label: string, output: Buffer): Facts {
  try {
    return parseFacts(output);
  } catch (error) {
    throw new HostError(
      "nonsense",
      label,
      `its facts can't be read: ${(error as Error).message}\nDoes a login script on it print something, or a ForceCommand answer?`,
    );
  }
}
