/** Where a value stands in a resource's properties. */
export type Path = readonly (string | number)[];

/**
 * A path as the engine reads it.
 *
 * @example pathText(["config", "/etc/x", 0, "via"]) // 'config["/etc/x"][0].via'
 */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (!/^[A-Za-z_][\w-]*$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}
