import type { Host } from "../host";

const write = 'umask 077 && mkdir -p "$(dirname "$1")" && cat >"$1.new" && mv "$1.new" "$1"';

/** Writes what kvmnet keeps on the host of a bridge, where nothing else of the host changes. */
export async function writeRecord(host: Host, path: string, text: string): Promise<void> {
  await host.exec(["sh", "-c", write, "sh", path], { purpose: `write ${path}`, input: text });
}
