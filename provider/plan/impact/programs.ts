import { programsUnder } from "../diagnose/packetPath";
import type { Look } from "./impact";

/** XDP and tc on a NIC that becomes a bridge's port: they stay, and see the VMs' frames too. */
export const programsStay: Look = (facts, { enslaved, successor }) =>
  enslaved === undefined
    ? []
    : programsUnder(facts, enslaved).map(({ link, program }) => ({
        name: `program:${link}`,
        says: `${link} has ${program}, which stays: it sees what passes between the wire and the VMs on ${successor} too, and may drop it or send it elsewhere`,
        remedy: "",
        verdict: "seen to" as const,
      }));
