import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { EngineLog } from "./engineLog";
import { statusOf } from "./errors";
import type { Provider } from "./provider";

/** A state has whole files in it: no limit, as the engine has none. */
const options = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

export interface Served {
  readonly port: number;
  /** Answers what is under way, takes nothing new. */
  shutdown(): Promise<void>;
  /** Ends at once. */
  kill(): void;
}

/** Offers a provider on a port of this machine's own. */
export async function serve(provider: Provider, log: EngineLog): Promise<Served> {
  /** A reply comes after everything that was said on the way to it. */
  const unary =
    <Request, Response>(handler: (request: Request) => Response | Promise<Response>) =>
    async (call: { request: Request }, callback: grpc.sendUnaryData<Response>): Promise<void> => {
      try {
        const response = await handler.call(provider, call.request);
        await log.flush();
        callback(null, response);
      } catch (error) {
        await log.flush();
        callback(statusOf(error));
      }
    };
  const server = new grpc.Server(options);
  server.addService(ResourceProviderService, {
    handshake: unary(provider.handshake),
    attach: unary(provider.attach),
    getPluginInfo: unary(provider.getPluginInfo),
    getSchema: unary(provider.getSchema),
    checkConfig: unary(provider.checkConfig),
    diffConfig: unary(provider.diffConfig),
    configure: unary(provider.configure),
    invoke: unary(provider.invoke),
    check: unary(provider.check),
    diff: unary(provider.diff),
    create: unary(provider.create),
    read: unary(provider.read),
    update: unary(provider.update),
    delete: unary(provider.delete),
    construct: unary(provider.construct),
    cancel: unary(provider.cancel),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    shutdown: () => new Promise((resolve) => server.tryShutdown(() => resolve())),
    kill: () => server.forceShutdown(),
  };
}
