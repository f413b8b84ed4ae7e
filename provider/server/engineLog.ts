import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Log } from "../resources/lifecycle";
import { type Doing, report } from "./report";
import { visibleText } from "./visibleText";

/** An engine that is gone must not hold up what still has to be undone on a host. */
const deadlineMs = 5000;

/** The engine's Log: messages arrive in the order in which they were said. */
export class EngineLog {
  #address: string | undefined;
  #client: EngineClient | undefined;
  #sent: Promise<void> = Promise.resolve();

  constructor(address?: string) {
    if (address) this.connect(address);
  }

  /** Speaks to this engine from now on: an attached plugin sees one after another. */
  connect(address: string): void {
    if (address === this.#address) return;
    this.#client?.close();
    this.#address = address;
    this.#client = new EngineClient(address, grpc.credentials.createInsecure());
  }

  /** Where the engine is that is spoken to; undefined while none is. */
  get address(): string | undefined {
    return this.#address;
  }

  /** The log beside a resource; with an empty URN, the stack's. What it says is reported too, where that is asked for. */
  of(urn: string, doing: Partial<Omit<Doing, "resource">> = {}): Log {
    const { INFO, WARNING } = LogSeverity;
    const what: Doing = { operation: undefined, preview: false, ...doing, resource: urn || undefined };
    return {
      progress: (message) => this.#send(urn, INFO, message, true),
      info: (message, data) => {
        this.#send(urn, INFO, message);
        report(what, "info", message, data);
      },
      // Severity ERROR would fail the resource.
      warn: (message, data) => {
        this.#send(urn, WARNING, message);
        report(what, "warning", message, data);
      },
    };
  }

  /** Waits until everything said so far has arrived. */
  flush(): Promise<void> {
    return this.#sent;
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
    this.#address = undefined;
  }

  #send(urn: string, severity: LogSeverity, message: string, ephemeral = false): void {
    const request = new LogRequest();
    request.setUrn(urn);
    request.setSeverity(severity);
    request.setMessage(visibleText(message));
    request.setEphemeral(ephemeral);
    const client = this.#client;
    if (client === undefined) return;
    this.#sent = this.#sent.then(
      () =>
        new Promise((resolve) => {
          // A message that can't be said must not fail the work that it is about.
          client.log(request, new grpc.Metadata(), { deadline: Date.now() + deadlineMs }, () => resolve());
        }),
    );
  }
}
