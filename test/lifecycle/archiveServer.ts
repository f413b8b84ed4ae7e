import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";

/** The archives of a folder as a release's page serves them, and which were asked for. */
export async function serveArchives(folder: string, archives: readonly string[]) {
  const asked: string[] = [];
  const server = createServer(async ({ url = "" }, response) => {
    const name = basename(url);
    asked.push(name);
    const text = archives.includes(name) ? await readFile(join(folder, name)) : Buffer.alloc(0);
    // Without its length the engine takes no archive.
    response.writeHead(archives.includes(name) ? 200 : 404, { "content-length": text.length });
    response.end(text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/releases`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
