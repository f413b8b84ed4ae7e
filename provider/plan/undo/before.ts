/** A link as it was before a change. */
export interface LinkBefore {
  readonly name: string;
  /** null: no port of anything; undefined: it was not there, or the change was not about that. */
  readonly master: string | null | undefined;
  /** With prefix length: those that it had for good. */
  readonly addresses: readonly string[];
  /** The same of DHCP's. */
  readonly leased: readonly string[];
  /** Gateways of its default routes, those of routers' advertisements apart. */
  readonly gateways: readonly string[];
}

/** What kernel.sh kept of the kernel's network before a change: of the links that the change touched. */
export function networkBefore(lines: readonly string[], touched: readonly string[]): LinkBefore[] {
  const said = lines.map((line) => {
    const [command = "", life] = line.split("\t");
    const words = command.split(" ");
    return { words, life, device: words[words.indexOf("dev") + 1] ?? "" };
  });
  return touched.map((name) => {
    const own = said.filter(({ device, words }) => device === name && words.includes("dev"));
    const [port] = own.filter(({ words }) => words[0] === "l" && /^(no)?master$/.test(words[5] ?? ""));
    const of = (what: "address" | "route") => own.filter(({ words }) => words[1] === what);
    const held = of("address").filter(({ words }) => !words.includes("link") && !words.includes("host"));
    const isDhcp = ({ words, life }: (typeof said)[number]) => words[0] === "4" && life !== undefined;
    return {
      name,
      master: port === undefined ? undefined : (port.words[6] ?? null),
      addresses: held.filter(({ words, life }) => life === undefined && !words.includes("mngtmpaddr")).map(cidr),
      leased: held.filter(isDhcp).map(cidr),
      gateways: of("route")
        .filter(({ words }) => words[3] === "unicast" && /^(0\.0\.0\.0|::)\/0$/.test(words[4] ?? ""))
        .filter(({ words }) => after(words, "table") === "main" && after(words, "proto") !== "ra")
        .flatMap(({ words }) => after(words, "via") ?? []),
    };
  });
}

/** The word behind another one. */
const after = (words: readonly string[], word: string) =>
  words.includes(word) ? words[words.indexOf(word) + 1] : undefined;

const cidr = ({ words }: { words: readonly string[] }) => words[3] ?? "";
