import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

export interface Said {
  readonly urn: string;
  readonly severity: "debug" | "info" | "warning" | "error";
  readonly message: string;
  readonly ephemeral: boolean;
}

const severities = ["debug", "info", "warning", "error"] as const;

/** The engine's side of the log. */
export class FakeEngine implements AsyncDisposable {
  private constructor(
    readonly address: string,
    readonly said: readonly Said[],
    private readonly server: grpc.Server,
  ) {}

  static async start(): Promise<FakeEngine> {
    const server = new grpc.Server();
    const said: Said[] = [];
    server.addService(EngineService, {
      log: ({ request }: { request: LogRequest }, callback: grpc.sendUnaryData<Empty>) => {
        // The engine takes its time: who does not wait for the answer is overtaken.
        setImmediate(() => {
          const severity = severities[request.getSeverity()] ?? "error";
          said.push({
            urn: request.getUrn(),
            severity,
            message: request.getMessage(),
            ephemeral: request.getEphemeral(),
          });
          callback(null, new Empty());
        });
      },
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    return new FakeEngine(`127.0.0.1:${port}`, said, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.forceShutdown();
  }
}
