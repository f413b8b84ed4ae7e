import { crashes } from "../test/lab/bootAnew";
import { Lan } from "../test/lab/lan";
import { goal, line, measured } from "./figures";

/** First boots of a machine in QEMU: what they take, and how many of them end in a kernel that crashes. */
export async function boots(runs: number): Promise<string[]> {
  await using lan = await Lan.start();
  const took: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    // With DHCP it goes on from no memory.
    await using _ = await lan.startHost({ name: `kvm${run}`, kind: "qemu", addressing: "dhcp" });
    took.push((performance.now() - started) / 1000);
  }
  return [
    "First boots of an emulated host",
    line(measured("until it is up", "s", took)),
    goal("kernels that crashed in them", crashes.length, 0, ""),
  ];
}
