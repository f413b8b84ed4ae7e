import { type Fault, wall } from "../fault";

const restarted = /the host restarted before the change was confirmed/;
/** Frozen where it is: a power cut comes from outside, and that takes a moment. */
const freeze = `${wall}; systemctl kill -s STOP 'kvmnet-apply-*' || true`;

export const powerFaults: readonly Fault[] = [
  {
    name: "power cut",
    strike: freeze,
    outside: ({ host }) => host.reboot({ hard: true }),
    cells: [
      { at: "applied", ends: "rolled back", says: restarted },
      { at: "armed", ends: "rolled back", says: restarted },
      { at: "applying", ends: "rolled back", says: restarted },
      { at: "confirming", ends: "rolled back", says: restarted },
      { at: "confirmed", ends: "confirmed" },
    ],
  },
  {
    name: "orderly reboot",
    strike: wall,
    outside: ({ host }) => host.reboot(),
    cells: [
      { at: "confirming", ends: "rolled back", says: restarted },
      { at: "applying", ends: "rolled back", says: restarted },
      { at: "confirmed", ends: "confirmed" },
    ],
  },
];
