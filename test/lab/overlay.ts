import { chmod, mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export type FileContent = string | { text: string; mode: number };

/**
 * A host's own disk over the shared image. It is mounted by the host's process in a mount namespace that
 * ends with it, so no mount is ever left; before the boot, files are put straight into its upper folder.
 */
export class Overlay {
  readonly upper: string;
  readonly work: string;
  readonly root: string;

  private constructor(
    readonly lower: string,
    folder: string,
  ) {
    this.upper = join(folder, "upper");
    this.work = join(folder, "work");
    this.root = join(folder, "root");
  }

  static async create(lower: string, folder: string): Promise<Overlay> {
    const overlay = new Overlay(lower, folder);
    for (const path of [overlay.upper, overlay.work, overlay.root]) {
      await mkdir(path, { recursive: true });
      await chmod(path, 0o755);
    }
    return overlay;
  }

  async write(path: string, content: FileContent): Promise<void> {
    const { text, mode } = typeof content === "string" ? { text: content, mode: 0o644 } : content;
    await this.makeFolder(dirname(path));
    await writeFile(join(this.upper, path), text);
    await chmod(join(this.upper, path), mode);
  }

  /** A folder in the upper layer hides the mode of the one below it, so it takes that over. */
  private async makeFolder(path: string): Promise<void> {
    if (path === "/") {
      return;
    }
    await this.makeFolder(dirname(path));
    const below = await stat(join(this.lower, path)).catch(() => undefined);
    const target = join(this.upper, path);
    const isNew = (await mkdir(target, { recursive: true })) !== undefined;
    if (isNew) {
      await chmod(target, below ? below.mode & 0o7777 : path.endsWith("/.ssh") ? 0o700 : 0o755);
    }
  }
}
