import { run } from "./command";

/**
 * The `deb` lines that this machine itself installs Debian packages by, moved to another release, so that
 * a mirror or proxy of its own serves the images as well. None on a machine that is not Debian: mmdebstrap
 * then uses its default.
 */
export async function debianMirrors(release: string): Promise<string[]> {
  const { stdout } = await run(["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages"]);
  const lines = new Set<string>();
  for (const line of stdout.split("\n")) {
    const [, label, uri] = /^(Debian|Debian-Security) (\S+)$/.exec(line) ?? [];
    if (label === "Debian") {
      lines.add(`deb ${uri} ${release} main`).add(`deb ${uri} ${release}-updates main`);
    } else if (label === "Debian-Security") {
      lines.add(`deb ${uri} ${release}-security main`);
    }
  }
  return [...lines].some((line) => line.endsWith(` ${release} main`)) ? [...lines] : [];
}
