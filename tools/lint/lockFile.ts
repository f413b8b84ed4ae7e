import { readFileSync } from "node:fs";
import { join } from "node:path";

const file = "package-lock.json";
const without =
  "has no sha512 integrity, as npm writes a package that is not installed: `npm view NAME@VERSION dist.integrity` has it";

interface Locked {
  readonly integrity?: string;
  readonly resolved?: string;
}

/** The packages that npm would take from whoever answers, a line each: also those that only another platform installs. */
export function unverifiedPackages(root: string): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, file), "utf8")) as { packages: Record<string, Locked> };
  return Object.entries(packages)
    .filter(([path]) => path !== "")
    .flatMap(([path, { integrity, resolved }]) => [
      ...(/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? "") ? [] : [`${file}: ${path} ${without}`]),
      // The registry is the user's own setting, and the integrity says what may come from it.
      ...(resolved === undefined ? [] : [`${file}: ${path} names the registry ${resolved}: leave \`resolved\` out`]),
    ]);
}
