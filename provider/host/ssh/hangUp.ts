import type { Duplex } from "node:stream";
import type { Client } from "ssh2";

/** How long a server may take to close its half of a connection that is ended. */
const farewellMs = 1000;

/**
 * Cuts a connection. ssh2 ends the socket itself after a packet that it can't read, and destroys none that it has ended:
 * half of the connection would be open, and hold this process, for as long as the server likes.
 */
export function cutOff(client: Client): void {
  client.destroy();
  (client as Client & { readonly _sock?: Duplex })._sock?.destroy();
}

/** Ends a connection as SSH has it, and cuts it off where the server does not end it too. */
export function hangUp(client: Client): void {
  client.end();
  setTimeout(() => cutOff(client), farewellMs).unref();
}
