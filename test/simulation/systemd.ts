/** What `systemd-run` was told, of what the transaction uses of it. */
export interface TransientUnit {
  readonly name: string;
  /** Seconds until its timer starts it; undefined: at once. */
  readonly onActive: number | undefined;
  /** Seconds from its end until its timer starts it anew; undefined: once is enough. */
  readonly onInactive: number | undefined;
  /** systemd-run ends with it. */
  readonly wait: boolean;
  readonly properties: ReadonlyMap<string, string>;
  readonly command: readonly string[];
}

export function parseSystemdRun(args: readonly string[]): TransientUnit {
  const properties = new Map<string, string>();
  let [name, wait, index] = ["", false, 0];
  const seconds: { onActive?: number; onInactive?: number } = {};
  for (; args[index]?.startsWith("-"); index += 1) {
    let [option = "", text] = args[index]?.split(/=(.*)/s) ?? [];
    if (
      text === undefined &&
      ["--unit", "--on-active", "--on-unit-inactive", "--property", "-p", "--timer-property"].includes(option)
    ) {
      index += 1;
      text = args[index];
    }
    if (option === "--unit") name = text?.replace(/\.service$/, "") ?? "";
    else if (option === "--on-active") seconds.onActive = Number.parseFloat(text ?? "");
    else if (option === "--on-unit-inactive") seconds.onInactive = Number.parseFloat(text ?? "");
    else if (option === "--wait") wait = true;
    else if (option === "--property" || option === "-p") {
      const [key = "", ...rest] = text?.split("=") ?? [];
      properties.set(key, rest.join("="));
    } else if (
      !["--quiet", "-q", "--collect", "-G", "--no-block", "--timer-property", "--description"].includes(option)
    )
      throw new Error(`systemd-run ${option}: the simulation does not know what that does`);
  }
  const { onActive, onInactive } = seconds;
  return { name, onActive, onInactive, wait, properties, command: args.slice(index) };
}
