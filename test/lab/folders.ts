import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** Where the lab keeps things. Nothing of it is inside the repository. */
export const folders = {
  /** What takes long to make and stays good: host images, the guest's kernel. */
  images(): string {
    const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
    return join(process.env.KVMNET_CACHE || join(cache, "kvmnet"), "images");
  },
  /** One small folder for each lab that is there; what the next lab reads to sweep those that were killed. */
  runs: "/run/kvmnet-lab",
  run: (id: string): string => join(folders.runs, id),
  /** The lab's bulk, such as what its hosts write to their disks: /run is often a small tmpfs. */
  scratch: (id: string): string => join(tmpdir(), `kvmnet-lab-${id}`),
};
