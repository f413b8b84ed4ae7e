import { Bench, type Course } from "../../../simulation/anomaly";
import { kindNamed } from "../../../simulation/changes";
import { describeFault, type Fault } from "../../../simulation/fault";

const id = "000000000002";
const fails = (unit: string, words: string, lasting = false): Fault => ({
  point: { unit: unit.startsWith("ssh-") ? `${unit}-${id}` : unit, words, turn: 1 },
  strike: { kind: "fails" },
  lasting,
});

/** What was not on the disk by then is empty. */
const powerGoes = (unit: string, words: string): Fault => ({
  ...fails(unit, words),
  strike: { kind: "power goes", disk: "emptied" },
});

const folder = `/var/lib/kvmnet/transactions/${id}`;
const made = "/run/systemd/network/10-netplan-enp1s0.network";

/** What the anomaly tests found once: https://sqlite.org/testing.html, 3 */
const found: Readonly<Record<string, readonly (readonly [course: Course, faults: readonly Fault[]])[]>> = {
  "first up": [
    // What was made of netplan's files was not kept, and that was not noticed.
    ["confirmed", [fails("ssh-start", "mkdir -p run"), fails("ssh-settle", "mkdir -p /tmp/tmp.3/etc/netplan", true)]],
    // A copy that was cut off stayed beside its file.
    ["left alone", [{ ...fails("kvmnet-apply", `mv ${made}.kvmnet-new ${made}`), strike: { kind: "is killed" } }]],
    // What networkd was to hold for the change, it was to hold still.
    ["left alone", [fails("kvmnet-rollback", `rm -f ${made}.d/kvmnet-transition.conf`, true)]],
    // The marker of what is armed was there, and did not say whose it is.
    ["confirmed", [powerGoes("ssh-start", "sync -f /var/lib/kvmnet")]],
    // It was confirmed before what it had written was on the disk: the next boot found empty files, and took nothing back.
    ["confirmed", [powerGoes("ssh-confirm", `sync -f ${folder}`)]],
  ],
  rename: [
    // What could not be armed to the end was armed, and of a change that had never begun.
    ["confirmed", [fails("ssh-start", "sync -f /var/lib/kvmnet")]],
  ],
  adoption: [
    // What the host had on lo while networkd took the bridge over stayed there, and the change was confirmed.
    ["confirmed", [fails("ssh-settle", "ip -4 -force -batch -")]],
  ],
  "first up of a NIC of ifupdown's with DHCP": [
    // The host tried again once it was up, and its address was for ever: dhclient had the link, and was not asked until when.
    [
      "restarted",
      [
        {
          ...fails("kvmnet-boot", "mv -T /etc/network/interfaces.kvmnet-new /etc/network/interfaces"),
          strike: { kind: "fails late" },
        },
      ],
    ],
  ],
  "another uplink": [
    // The bridge kept the link-local address of the MAC address that a boot in the midst of the change gave it.
    ["restarted", [fails("kvmnet-boot", "mkdir -p /etc/netplan")]],
  ],
};

describe.each(Object.entries(found))("%s, where faults strike that were not withstood once", (name, cases) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.start(kindNamed(name));
  }, 300_000);
  afterAll(() => bench?.[Symbol.asyncDispose]());

  test.each(cases.map(([course, faults]) => ({ name: faults.map(describeFault).join("; "), course, faults })))(
    "$name",
    async ({ course, faults }) => {
      expect(await bench.strike(course, faults)).toEqual([]);
      expect(bench.struck()).toBe(true);
    },
    300_000,
  );
});
