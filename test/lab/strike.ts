import type { Host } from "./host";

/**
 * Where in a change of its network a host can be struck: before anything; the rollback armed and nothing changed yet;
 * while it applies; once applied; when the engine has reached it anew, found it as wanted and asks for the probes; when
 * the confirmation has come; once it is confirmed.
 */
export const steps = ["before", "armed", "applying", "applied", "verified", "confirming", "confirmed"] as const;
export type Step = (typeof steps)[number];

const transactions = "/var/lib/kvmnet/transactions";
const dropIn = "/run/systemd/system/kvmnet-apply-.service.d";

/** What is there from a step on, as a test of the shell. */
const reached: Record<Exclude<Step, "before" | "armed">, string> = {
  applying: "in_state applying",
  applied: "in_state applied",
  verified: "hold_probe",
  confirming: "in_state applied && is_settled && hold_confirmation",
  confirmed: "in_state confirmed",
};

/**
 * Gets ready to run a shell command on the host the moment a transaction comes to a step: on the host itself, as from
 * outside it would be over by then. The armed transaction is held until the command is through. What is returned
 * resolves once it has struck.
 */
export async function strikeAt(host: Host, step: Step, command: string): Promise<{ struck: Promise<void> }> {
  if (step === "before") {
    await host.must(["sh", "-c", command]);
    return { struck: Promise.resolve() };
  }
  if (step === "armed") {
    await host.writeFile("/run/lab-strike", `${command}\n: >/run/lab-struck\n`);
    await host.writeFile(`${dropIn}/lab.conf`, "[Service]\nExecStartPre=/bin/sh /run/lab-strike\n");
    await host.must(["systemctl", "daemon-reload"]);
    return { struck: waitOnHost(host, "[ -e /run/lab-struck ]", `rm -r /run/lab-str* ${dropIn}`) };
  }
  return { struck: waitOnHost(host, reached[step], command) };
}

/** Holds the host while the change is armed and nothing is done yet, until `letGo`: for what takes a while from outside. */
export const held = ": >/run/lab-struck; until [ -e /run/lab-go ]; do sleep 0.02; done";
export const letGo = ["touch", "/run/lab-go"];

/** Looks every few milliseconds, without a process for each look. */
async function waitOnHost(host: Host, condition: string, command: string): Promise<void> {
  const script = `
    in_state() { for file in ${transactions}/*/state; do read -r state <"$file" && [ "$state" = "$1" ] && return 0; done 2>/dev/null; return 1; }
    is_settled() { [ -e "$(dirname "$file")/settled" ]; }
    # The confirmation takes the transaction's lock first: it waits for as long as this script, or what it leaves behind, has that.
    hold_confirmation() {
      exec 7>"$(dirname "$file")/lock" && flock 7
      until pgrep -f 'transaction.sh [c]onfirm' >/dev/null; do sleep 0.005; done
    }
    # The probe writes down what it asks before it asks it: into a FIFO, it waits for who reads, and then for who writes.
    hold_probe() {
      { in_state armed || in_state applying; } && probe=\${file%/state}/asked && mkfifo "$probe" && asked=$(cat "$probe")
    }
    # Behind a wall it stays held: its answer, and the confirmation after it, would only come later. Whoever probes after this
    # one finds a file.
    let_go() {
      if [ -z "\${probe-}" ] || nft list table inet wall >/dev/null 2>&1; then return; fi
      if [ -n "$asked" ]; then echo "$asked"; fi >"$probe.now"
      exec 8<>"$probe" && mv "$probe.now" "$probe" && cat "$probe" >&8; exec 8>&-
    }
    for look in $(seq 50000); do
      if ${condition}; then
        ${command}
        let_go; exit 0
      fi
      sleep 0.005
    done
    echo "never: $1" >&2; exit 1`;
  await host.must(["sh", "-c", script, "sh", condition], { timeout: 300_000 });
}
