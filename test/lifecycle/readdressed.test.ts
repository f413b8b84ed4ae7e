import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { succeeds } from "../lab/succeeds";
import { SimulatedHost } from "./host/simulatedHost";
import { identities, kept } from "./identities";
import { programOf } from "./program";
import { each } from "./refactoringTable";
import { SimulatedStack } from "./simulatedStack";

const minutes = 60_000;
const was = "127.0.0.2";

/** Where a host was: somebody takes connections, and says nothing. */
async function silentAt(address: string, port: number): Promise<AsyncDisposable & { dials: number }> {
  const sockets = new Set<Socket>();
  const silent = {
    dials: 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
  const server = createServer((socket) => {
    silent.dials += 1;
    sockets.add(socket.on("error", () => {}));
  }).listen(port, address);
  await once(server, "listening");
  return silent;
}

test(
  "a host whose address a change moved is found by what its Bridge's state has: for each resource on it, to look and to delete",
  async () => {
    await using host = await SimulatedHost.start();
    host.libvirt.define("web");
    await using running = await SimulatedStack.start(host);
    const { stack } = running;
    const { pulumi } = stack;
    const connection = { ...host.connection, perDialTimeout: 3 };
    await stack.up(programOf({ connection }, kept));
    await using silent = await silentAt(was, connection.port);

    // As `up` leaves it that moved the host from where its program still dials it.
    const state = JSON.parse(await pulumi.exportState());
    for (const { type, inputs, outputs } of state.deployment.resources) {
      if (inputs?.connection) inputs.connection.host = was;
      if (type === "kvmnet:index:Bridge") outputs.addresses.push(`${connection.host}/8`);
    }
    const readdressed = JSON.stringify(state);
    for (const operation of [() => pulumi.refresh(), () => pulumi.destroy()]) {
      await pulumi.importState(readdressed);
      silent.dials = 0;
      expect(await succeeds(operation())).not.toMatch(/can't be reached/);
      expect(silent.dials).toBe(1);
    }
    expect(await identities(host)).toEqual(each(""));
  },
  5 * minutes,
);
