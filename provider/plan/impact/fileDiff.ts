import { createTwoFilesPatch } from "diff";
import { hidden } from "../../backends/ifupdown/marks";
import { withoutSecrets } from "../../backends/netplan/secrets";

/** A file as it was and as it is then, for people to look at, without its secrets; undefined: it is not there. */
export function fileDiff(path: string, before: string | undefined, after: string | undefined): string {
  const shown = (text = "") =>
    path.startsWith("/etc/network/") ? hidden(text) : /\.(yaml|cfg)$/.test(path) ? withoutSecrets(text) : text;
  const patch = createTwoFilesPatch(
    before === undefined ? "/dev/null" : path,
    after === undefined ? "/dev/null" : path,
    shown(before),
    shown(after),
    "",
    "",
    { context: 3 },
  );
  return patch.slice(patch.indexOf("---")).replaceAll(/\t$/gm, "").trimEnd();
}
