import type { Host } from "./host";
import { closeKept, keptFolder } from "./keptFolder";

/** Paths and lengths in bytes by turns; the texts come one after the other on standard input. */
const write = `set -e
while [ $# -gt 0 ]; do
  case $1 in ${keptFolder}/*) umask 077 ;; *) umask 022 ;; esac
  mkdir -p "$(dirname "$1")"
  head -c "$2" >"$1.new"
  [ "$(stat -c %s "$1.new")" = "$2" ]
  mv "$1.new" "$1"
  shift 2
done
[ ! -d ${keptFolder} ] || ${closeKept}`;

/** Path to text; each file is there as a whole or not at all. Only for what does not change the host's network. */
export async function writeFiles(host: Host, files: ReadonlyMap<string, string>): Promise<void> {
  const [first = "", ...others] = files.keys();
  const lengths = [...files].flatMap(([path, text]) => [path, String(Buffer.byteLength(text))]);
  await host.exec(["sh", "-c", write, "sh", ...lengths], {
    // sudo logs it, and a line of the log has its limits.
    purpose: `write ${first}${others.length > 0 ? ` and ${others.length} more` : ""}`,
    input: [...files.values()].join(""),
  });
}
