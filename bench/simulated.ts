import { answer, SshServer } from "../test/unit/support/sshServer";
import type { Nic, Recorded } from "./recorded";

/** A host in this process: real SSH, and answers at once that were recorded. */
export class Simulated implements AsyncDisposable {
  /** How often each connection that there was has read the host. */
  readonly reads: number[] = [];

  private constructor(
    readonly name: string,
    readonly nics: readonly Nic[],
    private readonly server: SshServer,
  ) {}

  static async start(recorded: Recorded, index: number, nics?: readonly Nic[]): Promise<Simulated> {
    const name = `kvm${index}`;
    const facts = recorded.as(name, index.toString(16).padStart(32, "0"), nics);
    const ways = new Map<unknown, number>();
    const server = await SshServer.start({
      onExec: (channel, client, command) => {
        const isRead = command.includes("section machineId");
        const way = ways.get(client) ?? ways.size;
        ways.set(client, way);
        host.reads[way] = (host.reads[way] ?? 0) + (isRead ? 1 : 0);
        answer(isRead ? facts : "")(channel);
      },
    });
    const host = new Simulated(name, nics ?? [{ domain: "web", macAddress: "52:54:00:00:00:01" }], server);
    return host;
  }

  get logins(): number {
    return this.server.logins;
  }

  /** What the fleet's program takes. */
  get given(): object {
    return { name: this.name, connection: this.server.connection, nics: this.nics };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}
