/** Milliseconds that were computed since: other than time, it does not grow with what else the machine does. */
export function cpuMs(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

/**
 * How many times as much is computed for four times as much: some four where it grows with that, sixteen where it grows
 * with its square. The least of some runs, as any may have to clean up after others.
 */
export function growth(work: (size: number) => void, size: number): number {
  const least = (size: number) =>
    Math.min(
      ...[0, 1, 2].map(() => {
        const began = process.cpuUsage();
        work(size);
        return cpuMs(began);
      }),
    );
  // The first ones are slower, as all code is.
  least(size);
  return least(4 * size) / least(size);
}
