import { readFile, rm } from "node:fs/promises";

const most = 3;

/** What the kernels said that crashed while this process booted them. */
export const crashes: string[] = [];

/**
 * Boots a machine, and again where its own kernel crashed before anybody did anything with it: that is the emulator's
 * doing and no test's. It is printed. What else goes wrong is an error.
 */
export async function bootAnew<T>(
  boot: () => Promise<T>,
  { log, hostName }: { readonly log: string; readonly hostName: string },
): Promise<T> {
  for (let time = 1; ; time += 1) {
    try {
      return await boot();
    } catch (error) {
      const crash = kernelCrash(await readFile(log, "utf8").catch(() => ""));
      if (crash === undefined || time === most) throw error;
      crashes.push(crash);
      process.stderr.write(
        `${hostName}: its kernel crashed while it booted; it boots anew, ${time + 1} of ${most}: ${crash}\n`,
      );
      await rm(log);
    }
  }
}

/** The line of a console on which a kernel says that it is at its end. */
export function kernelCrash(console: string): string | undefined {
  return /^.*(?:Kernel panic - not syncing|stack guard page was hit|BUG: |Oops: ).*$/m.exec(console)?.[0].trim();
}
