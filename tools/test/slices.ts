import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ubuntus } from "../../test/lab/ubuntu";
import { root } from "./runJest";

/** What people do, and what goes wrong meanwhile: tried on each release of Ubuntu's too, with netplan and with files of networkd's by hand. */
const onUbuntu = ["dhcpHost", "staticHost", "networkdHost", "wayBack", "undo", "connecting/sudo"];

/** A part of all tests that is run by itself. */
export interface Slice {
  readonly name: string;
  /** For jest. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** All tests there are, with what `make test` tries a part of tried as a whole: a slice for each file that takes minutes. */
export function slices(): Slice[] {
  const files = ["anomalies", "acceptance"].flatMap(filesOf);
  return [
    ...["unit", "protocol", "lifecycle"].map(
      (project): Slice => ({
        name: project,
        args: ["--selectProjects", project],
        env: { KVMNET_HOSTILE: "all", KVMNET_FAULTS: "all" },
      }),
    ),
    ...ubuntus.flatMap((release) =>
      onUbuntu.map(
        (file): Slice => ({
          name: `acceptance/${release}/${file}`,
          args: ["--runTestsByPath", `test/acceptance/${file}.test.ts`],
          env: { KVMNET_RELEASE: release, KVMNET_FAULTS: "all" },
        }),
      ),
    ),
    ...files.map(
      (path): Slice => ({
        name: path.replace(/^test\//, "").replace(/\.test\.ts$/, ""),
        args: ["--runTestsByPath", path],
        // Each fault at each step, of each kind of change, on both releases, where `make test` chooses by a seed.
        env: { KVMNET_FAULTS: "all" },
      }),
    ),
  ];
}

/** The tests' files of a project of jest's. */
export function filesOf(project: string): string[] {
  return readdirSync(join(root, "test", project), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => `test/${project}/${file}`)
    .sort();
}
