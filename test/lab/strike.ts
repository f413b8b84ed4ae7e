import type { Host } from "./host";

/** The states of a transaction on its host, in order; see provider/host/transaction/transaction.sh. */
export type Step = "prepared" | "armed" | "applying" | "applied" | "confirmed";

/**
 * Runs a shell command on the host the moment a transaction comes to a step: on the host itself, as from outside it
 * would be over by then. Resolves when it has struck.
 */
export async function strikeAt(host: Host, step: Step, command: string): Promise<void> {
  const script = `
    for look in $(seq 6000); do
      if grep -qsx ${step} /var/lib/kvmnet/transactions/*/state; then ${command}; exit 0; fi
      sleep 0.005
    done
    exit 1`;
  await host.must(["sh", "-c", script], { timeout: 120_000 });
}
