import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type Connection as Client, Server, type ServerChannel } from "ssh2";
import { Session } from "../../../provider/host/ssh/session";
import { keyPair } from "../support/keyPair";

const keys = keyPair();

/** An SSH server in this process, for what a real one does at its own time only. */
async function serving(onExec: (channel: ServerChannel, client: Client) => void) {
  const server = new Server({ hostKeys: [keys.private] }, (client) => {
    client.on("error", () => {});
    client.on("authentication", (context) => context.accept());
    client.on("session", (accept) => accept().on("exec", (acceptExec) => onExec(acceptExec(), client)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const connection = { host: "127.0.0.1", port, user: "root", privateKey: keys.private, hostKey: keys.public };
  const session = await Session.dial(connection);
  return {
    session,
    connection,
    [Symbol.asyncDispose]: async () => {
      session.close();
      server.close();
      await once(server, "close");
    },
  };
}

const options = { purpose: "try it" };

test("a command that ends in the packet it starts in has its exit code", async () => {
  await using served = await serving((channel) => {
    channel.write("applying\n");
    channel.exit(0);
    channel.end();
  });
  const results = await Promise.all(Array.from({ length: 50 }, () => served.session.run(["cat", "state"], options)));
  expect(results.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
    Array(50).fill({ code: 0, stdout: "applying\n" }),
  );
});

test("a connection that is lost during a command is an error that says so, with what was printed", async () => {
  await using served = await serving((channel, client) => {
    channel.write("half");
    setImmediate(() => client.end());
  });
  await expect(served.session.exec(["long"], options)).rejects.toThrow(
    /could not try it: the connection was lost after .* s/,
  );
  expect(served.session.open).toBe(false);
});

/** A way to a server whose other end never ends a connection itself. */
async function endless(port: number) {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const onward = connect(port, "127.0.0.1");
    sockets.push(socket, onward);
    for (const one of [socket, onward]) one.on("error", () => {});
    socket.on("data", (data) => onward.write(data));
    onward.on("data", (data) => socket.write(data));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

test("a packet that can't be read is the end of the connection, whatever the server does", async () => {
  await using served = await serving(() => {});
  await using way = await endless(served.connection.port);
  const session = await Session.dial({ ...served.connection, port: way.port });
  const running = session.run(["long"], options);
  way.sockets[0]?.write(Buffer.alloc(64, 0xff));
  await expect(running.then(({ code }) => code)).rejects.toThrow(/the connection was lost/);
  expect(session.open).toBe(false);
});

test("a connection that is closed is gone soon, whatever the server does", async () => {
  await using served = await serving(() => {});
  await using way = await endless(served.connection.port);
  const session = await Session.dial({ ...served.connection, port: way.port });
  const gone = once(session.client, "close");
  session.close();
  await gone;
});

test("a command that fails says on which host, what for, how it ended, its last line and the next step", async () => {
  await using served = await serving((channel) => {
    channel.stderr.write("first\n\u001b[31mvirsh: no such thing\u001b[0m\n");
    channel.exit(1);
    channel.end();
  });
  const { port } = served.connection;
  await expect(served.session.exec(["virsh"], { ...options, nextStep: "Install it." })).rejects.toThrow(
    new RegExp(
      `^root@127\\.0\\.0\\.1:${port}: could not try it: exit code 1 after .* s: virsh: no such thing\nInstall it\\.$`,
    ),
  );
});

test("a command that never ends ends with its time", async () => {
  await using served = await serving(() => {});
  await expect(served.session.run(["sleep"], { ...options, timeoutMs: 50 })).rejects.toThrow(/no end within 0.05 s/);
});

test("another host key than the known one is refused, with both fingerprints", async () => {
  await using served = await serving(() => {});
  const other = keyPair().public;
  const refused = Session.dial({ ...served.connection, hostKey: other });
  await expect(refused).rejects.toThrow(/It shows SHA256:\S+; connection\.hostKey has SHA256:\S+\./);
  await expect(refused).rejects.toMatchObject({ kind: "hostKey" });
});

test("accept-new takes a key on first use, and the same one only from then on", async () => {
  await using served = await serving(() => {});
  const { hostKey: _, ...unknown } = served.connection;
  const connection = { ...unknown, strictHostKeyChecking: "accept-new" as const };
  const first = await Session.dial(connection);
  first.close();
  expect(first.hostKey).toBe(keys.public.split(" ").slice(0, 2).join(" "));
  const other = keyPair().public;
  await expect(Session.dial(connection, { hostKey: other })).rejects.toThrow(/the state has SHA256/);
});
