import { once } from "node:events";
import { extract } from "tar-stream";
import type { Host } from "../host";
import { base } from "./running";

/** A change of the host's network, as the host keeps it: the last five. */
export interface KeptChange {
  readonly id: string;
  /** Its last state, as transaction.sh has it; empty: none is kept. */
  readonly state: string;
  readonly began: Date | undefined;
  /** The URN of the resource that it was for; undefined: it was not kept. */
  readonly who: string | undefined;
  /** Why it went back. */
  readonly reason: string | undefined;
  /** What it wrote, and how that was before; undefined: not there. */
  readonly files: ReadonlyMap<string, { readonly before: string | undefined; readonly after: string | undefined }>;
}

/** The parts of each transaction that say what it was, as a tar archive. */
const read = `cd ${base}/transactions 2>/dev/null || exit 0
for part in */state */started */resource */report */absent */remove */files */before; do
  [ ! -e "$part" ] || printf '%s\\0' "$part"
done | tar -c --null --ignore-failed-read --warning=no-file-changed -T - || [ $? = 1 ]`;

/** The newest first. */
export async function keptChanges(host: Host): Promise<KeptChange[]> {
  const { stdoutBytes } = await host.exec(["sh", "-c", read, "kvmnet"], {
    purpose: "read its last changes",
    // Files as they were, which may have secrets.
    toShow: async (stdout) => `(${stdout.length} bytes, not shown)`,
  });
  const files = stdoutBytes.length === 0 ? new Map<string, string>() : await unpacked(stdoutBytes);
  const ids = [...new Set([...files.keys()].map((path) => path.split("/")[0] ?? ""))];
  return ids.map((id) => changeOf(id, files)).sort((a, b) => Number(b.began ?? 0) - Number(a.began ?? 0));
}

function changeOf(id: string, all: ReadonlyMap<string, string>): KeptChange {
  const text = (name: string) => all.get(`${id}/${name}`)?.trim() || undefined;
  const under = (folder: string) =>
    new Map(
      [...all].flatMap(([path, text]) =>
        path.startsWith(`${id}/${folder}/`) ? [[path.slice(id.length + folder.length + 1), text]] : [],
      ),
    );
  const [written, before] = [under("files"), under("before")];
  const removed = text("remove")?.split("\n") ?? [];
  const paths = [...new Set([...written.keys(), ...removed])].sort();
  const started = Number(text("started"));
  return {
    id,
    state: text("state") ?? "",
    began: started > 0 ? new Date(started * 1000) : undefined,
    who: text("resource"),
    reason: text("report")?.split("\n")[0],
    files: new Map(paths.map((path) => [path, { before: before.get(path), after: written.get(path) }])),
  };
}

/** The files of a tar archive: path to text. */
export async function unpacked(archive: Buffer): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const reader = extract();
  reader.on("entry", async ({ name, type }, stream, next) => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    if (type === "file") files.set(name, Buffer.concat(chunks).toString("utf8"));
    next();
  });
  const ended = once(reader, "finish");
  reader.end(archive);
  await ended;
  return files;
}
