import { dirname } from "node:path/posix";
import type { OwnerMark } from "../../host/facts/records";
import type { Host } from "../../host/host";
import { writeFiles } from "../../host/writeFiles";
import { markText } from "./mark";

export async function keepMark(host: Host, path: string, mark: OwnerMark): Promise<void> {
  await writeFiles(host, new Map([[path, markText(mark)]]));
}

export async function dropMark(host: Host, path: string): Promise<void> {
  await host.exec(["rm", "-f", "--", path], { purpose: `remove ${path}` });
  const folders = [dirname(path), dirname(dirname(path))];
  await host.run(["rmdir", "--ignore-fail-on-non-empty", ...folders], { purpose: "remove folders that are empty" });
}
