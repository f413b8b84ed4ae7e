import { type Check, finding } from "./finding";

export const unconfirmed: Check = ({ armed }) =>
  armed === undefined
    ? []
    : [
        finding("unconfirmed-change", "warning", {
          subject: "host",
          evidence: `/var/lib/kvmnet/armed/id: ${armed}`,
          cause:
            "A change of the host's network is not confirmed: it runs now, or its program was ended in the middle. The host undoes it at its timeout, or at its next boot.",
          fix: "Wait for the timeout; if it stays, see journalctl -u 'kvmnet-*' on the host.",
          fixable: true,
        }),
      ];

export const netplanTry: Check = ({ tryStamp }) =>
  tryStamp === undefined
    ? []
    : [
        finding("netplan-try", "error", {
          subject: "host",
          evidence: tryStamp,
          cause:
            "A `netplan try` that was killed left its stamp: while it is there, netplan takes the network for being restored and generates nothing (netplan 1.1).",
          fix: "rm /run/netplan/netplan-try.ready, when no `netplan try` runs.",
          fixable: true,
        }),
      ];
