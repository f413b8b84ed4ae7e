/** Now, and then a start and a file named by the VM each. */
export function parseAges(text = ""): Map<string, number> {
  const [now, ...starts] = text.split("\n");
  return new Map(
    starts.flatMap((line) => {
      const [, start, name] = /^(\d+) .*\/(.+)\.pid$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Number(now) - Number(start)] as const];
    }),
  );
}

/** /proc/uptime, then of each file of udev's when it first saw the link, in microseconds since the boot. */
export function parseLinkAges(text = ""): Map<number, number> {
  const [uptime = "", ...starts] = text.split("\n");
  const now = Number(uptime.split(" ")[0]);
  return new Map(
    starts.flatMap((line) => {
      const [, index, start] = /\/n(\d+):I:(\d+)$/.exec(line) ?? [];
      return index === undefined || Number.isNaN(now)
        ? []
        : [[Number(index), Math.floor(now - Number(start) / 1e6)] as const];
    }),
  );
}
