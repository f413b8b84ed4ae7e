import { type Fault, wall } from "../fault";

const restarted = /the host restarted before the change was confirmed/;
/** Frozen where it is: a power cut comes from outside, and that takes a moment. */
const freeze = `${wall}; systemctl kill -s STOP 'kvmnet-apply-*' || true`;
/** From within what is frozen, that comes last. */
const freezeArmed = `${wall}; : >/run/lab-struck; kill -s STOP $$`;
/** The confirmation, too. */
const freezeConfirmation = `${wall}; sleep 600 >/dev/null 2>&1 </dev/null &`;

export const powerFaults: readonly Fault[] = [
  {
    name: "power cut",
    everyChange: true,
    strike: (step) => (step === "confirming" ? freezeConfirmation : step === "armed" ? freezeArmed : freeze),
    outside: ({ host }) => host.reboot({ hard: true }),
    restarts: true,
    cells: [
      { at: "applied", ends: "rolled back", says: restarted },
      { at: "armed", ends: "rolled back", says: restarted },
      { at: "applying", ends: "rolled back", says: restarted },
      { at: "verified", ends: "rolled back", says: restarted },
      { at: "confirming", ends: "rolled back", says: restarted },
      { at: "confirmed", ends: "confirmed" },
    ],
    otherwise: "a host that is cut before has nothing to undo",
  },
  {
    name: "orderly reboot",
    strike: wall,
    outside: ({ host }) => host.reboot(),
    restarts: true,
    cells: [
      { at: "verified", ends: "rolled back", says: restarted },
      { at: "applying", ends: "rolled back", says: restarted },
      { at: "applied", ends: "rolled back", says: restarted },
      { at: "confirmed", ends: "confirmed" },
    ],
    otherwise: "armed, it would first be let go on; confirming is over before a reboot comes to it",
  },
];
