import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** A page of the documentation as a person can open it: a path in the package is one on this machine, where the package has its docs. */
export function pageHere(page: string, from = __dirname): string {
  if (!page.startsWith("docs/")) return page;
  const [path = ""] = page.split("#");
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, path))) return join(folder, page);
  return page;
}
