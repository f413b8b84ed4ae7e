import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type Connection as Client, Server, type ServerChannel } from "ssh2";
import { keyPair } from "./keyPair";

const keys = keyPair();

export interface SshServerOptions {
  /** What it does with a command; by default it ends at once, with 0. */
  readonly onExec?: (channel: ServerChannel, client: Client, command: string) => void;
  /** How many commands it runs at once for each client: MaxSessions. */
  readonly sessions?: number;
  /** Its host key; of all servers the same one unless a test says another. */
  readonly key?: { readonly private: string; readonly public: string };
  /** The port of one that is gone: another machine at its address. */
  readonly port?: number;
}

/** An SSH server in this process, for what a real one does at its own time only. */
export class SshServer implements AsyncDisposable {
  /** Connections that got as far as the login. */
  logins = 0;
  /** Whether it lets one more in; everybody, unless a test says otherwise. */
  admits: () => boolean = () => true;
  /** The logins that it refused. */
  refused = 0;
  /** The passwords that it was sent. */
  readonly passwords: string[] = [];
  readonly connection: { host: string; port: number; user: string; privateKey: string; hostKey: string };
  readonly #clients = new Set<Client>();

  private constructor(
    private readonly server: Server,
    port: number,
    key: { readonly public: string },
  ) {
    this.connection = { host: "127.0.0.1", port, user: "root", privateKey: keys.private, hostKey: key.public };
  }

  static async start({
    onExec = answer(""),
    sessions = 10,
    key = keys,
    port = 0,
  }: SshServerOptions = {}): Promise<SshServer> {
    const server = new Server({ hostKeys: [key.private] }, (client) => {
      started.#clients.add(client);
      let open = 0;
      client.on("error", () => {});
      client.on("authentication", (context) => {
        if (context.method === "password") started.passwords.push(context.password);
        if (started.admits()) return context.accept();
        if (context.method !== "none") started.refused += 1;
        context.reject(["publickey"]);
      });
      client.on("ready", () => {
        started.logins += 1;
      });
      client.on("session", (accept, reject) => {
        if (open >= sessions) return reject();
        open += 1;
        accept().on("exec", (acceptExec, _rejectExec, { command }) => {
          const channel = acceptExec();
          channel.resume().on("close", () => {
            open -= 1;
          });
          onExec(channel, client, command);
        });
      });
    });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const started = new SshServer(server, (server.address() as AddressInfo).port, key);
    return started;
  }

  /** Every client is thrown out. */
  drop(): void {
    for (const client of this.#clients) client.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop();
    this.server.close();
    await once(this.server, "close");
  }
}

/** Prints something and ends with 0, a moment later. */
export function answer(text: string | Buffer): (channel: ServerChannel) => void {
  return (channel) => {
    setTimeout(() => {
      channel.write(text);
      channel.exit(0);
      channel.end();
    }, 2);
  };
}

/** Between a client and a server: hands on what comes, and each one's end, unless it is told to be silent. */
export function relay(socket: Socket, port: number, silent = () => false): void {
  const onward = connect(port, "127.0.0.1");
  onward.on("error", () => {});
  socket.on("data", (data) => silent() || onward.write(data)).on("close", () => onward.destroy());
  onward.on("data", (data) => silent() || socket.write(data)).on("close", () => socket.destroy());
}

/** Something that takes connections and is no SSH server. */
export class Listener implements AsyncDisposable {
  connections = 0;
  readonly connection: SshServer["connection"];

  private constructor(
    port: number,
    private readonly close: () => Promise<void>,
  ) {
    this.connection = { host: "127.0.0.1", port, user: "root", privateKey: keys.private, hostKey: keys.public };
  }

  /** `endless`: it does not end a connection because the client does. */
  static async start(
    onConnection: (socket: Socket, count: number) => void,
    { endless = false }: { endless?: boolean } = {},
  ): Promise<Listener> {
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: endless }, (socket) => {
      sockets.add(socket.on("error", () => {}));
      listener.connections += 1;
      onConnection(socket, listener.connections);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const listener = new Listener((server.address() as AddressInfo).port, async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    });
    return listener;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
