import { Hosts } from "../../../provider/host/hosts";
import { EngineLog } from "../../../provider/server/engineLog";
import type { AnyFunction } from "../../../provider/server/invoke";
import { Operations } from "../../../provider/server/operations";
import { Provider } from "../../../provider/server/provider";
import type { AnyLifecycle } from "../../../provider/server/resourceType";
import { type Served, serve } from "../../../provider/server/serve";
import { Caller } from "./caller";
import { FakeEngine } from "./fakeEngine";

/** The real server class with a test's lifecycles, the engine's log, and a caller in the engine's place. */
export class Rig implements AsyncDisposable {
  private constructor(
    readonly engine: FakeEngine,
    readonly caller: Caller,
    private readonly log: EngineLog,
    private readonly served: Served,
  ) {}

  static async start(lifecycles: readonly AnyLifecycle[], functions: readonly AnyFunction[] = []): Promise<Rig> {
    const engine = await FakeEngine.start();
    const log = new EngineLog(engine.address);
    const provider = new Provider({
      version: "0.1.0",
      schema: () => "{}",
      log,
      construct: async () => {
        throw new Error("this rig has no components");
      },
      lookAhead: async () => {},
      operations: async (running) =>
        new Operations({
          package: "kvmnet",
          version: "0.1.0",
          lifecycles,
          functions,
          hosts: new Hosts(),
          log,
          running,
        }),
    });
    const served = await serve(provider, log);
    return new Rig(engine, new Caller(served.port), log, served);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.caller.close();
    this.log.close();
    this.served.kill();
    await this.engine[Symbol.asyncDispose]();
  }
}
