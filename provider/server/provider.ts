import type { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { decode } from "../codec/decode";
import type { HostOptions } from "../host/hostOptions";
import { type Connection, withDefaults } from "../schema/connection";
import { checkConfig, configure, defaultsIn, diffConfig } from "./config";
import type { EngineLog } from "./engineLog";
import type { Operations } from "./operations";
import { Running } from "./running";

export interface ProviderOptions {
  readonly version: string;
  /** The package's schema, as JSON. */
  readonly schema: () => string;
  readonly log: EngineLog;
  /** Logs in to a host and asks what is on it, without waiting for the answer: all else is loaded meanwhile. */
  readonly lookAhead: (connection: Connection, known: HostOptions) => Promise<void>;
  /** Makes a component for a program in another language, registered with the engine at an address. */
  readonly construct: (
    request: rpc.ConstructRequest,
    engineAddress: string,
    defaults: Partial<Connection>,
  ) => Promise<rpc.ConstructResponse>;
  /** Asked for once, by the first question about a resource or a function. */
  readonly operations: (running: Running) => Promise<Operations>;
}

/**
 * What the engine asks of a provider, each as a function from request to response. What is not here is UNIMPLEMENTED.
 * The engine starts a process for the program, beside the one that reads the hosts, and asks of it no more than who it is:
 * all else is loaded when it is needed.
 */
export class Provider {
  readonly running = new Running();
  #operations: Promise<Operations> | undefined;
  #defaults: Partial<Connection> = {};
  readonly #constructing = new Set<(error: unknown) => void>();

  constructor(private readonly options: ProviderOptions) {}

  handshake(request: rpc.ProviderHandshakeRequest): rpc.ProviderHandshakeResponse {
    this.options.log.connect(request.getEngineAddress());
    const response = new rpc.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    response.setAcceptResources(false);
    // In a component's inputs, what is secret or depends on something does so by itself.
    response.setAcceptOutputs(true);
    return response;
  }

  attach(request: PluginAttach): Empty {
    this.options.log.connect(request.getAddress());
    return new Empty();
  }

  getPluginInfo(): PluginInfo {
    const response = new PluginInfo();
    response.setVersion(this.options.version);
    return response;
  }

  getSchema(request: rpc.GetSchemaRequest): rpc.GetSchemaResponse {
    if (request.getVersion() !== 0) throw new Error(`there is no schema in version ${request.getVersion()}, only in 0`);
    const response = new rpc.GetSchemaResponse();
    response.setSchema(this.options.schema());
    return response;
  }

  checkConfig = checkConfig;
  diffConfig = diffConfig;

  /** The beginning of an operation, also where a process serves several. */
  configure(request: rpc.ConfigureRequest): rpc.ConfigureResponse {
    this.#defaults = defaultsIn(request.getArgs());
    this.#operations?.then((operations) => operations.begin(this.#defaults));
    return configure();
  }

  async invoke(request: rpc.InvokeRequest): Promise<rpc.InvokeResponse> {
    return (await this.#loaded()).invoke(request);
  }

  async check(request: rpc.CheckRequest): Promise<rpc.CheckResponse> {
    return (await this.#loaded()).check(request);
  }

  async diff(request: rpc.DiffRequest): Promise<rpc.DiffResponse> {
    return (await this.#loaded()).diff(request);
  }

  async create(request: rpc.CreateRequest): Promise<rpc.CreateResponse> {
    return (await this.#loaded()).create(request);
  }

  async read(request: rpc.ReadRequest): Promise<rpc.ReadResponse> {
    if (this.#operations === undefined && request.hasInputs()) {
      const connection = withDefaults(decode(request.getInputs()).values.connection, this.#defaults);
      const state = decode(request.getProperties()).values;
      // What is wrong with the host is told by the read itself.
      await this.options.lookAhead(connection as Connection, state as HostOptions).catch(() => undefined);
    }
    return (await this.#loaded()).read(request);
  }

  async update(request: rpc.UpdateRequest): Promise<rpc.UpdateResponse> {
    return (await this.#loaded()).update(request);
  }

  async delete(request: rpc.DeleteRequest): Promise<Empty> {
    return (await this.#loaded()).delete(request);
  }

  construct(request: rpc.ConstructRequest): Promise<rpc.ConstructResponse> {
    const { address } = this.options.log;
    if (address === undefined) throw new Error("a component needs an engine, and none has said where it is");
    return new Promise((resolve, reject) => {
      this.#constructing.add(reject);
      this.options
        .construct(request, address, this.#defaults)
        .then(resolve, reject)
        .finally(() => this.#constructing.delete(reject));
    });
  }

  /** What nobody awaited: a component's outputs are promises of the SDK's. Whether a component was made just now. */
  failConstructs(error: unknown): boolean {
    for (const fail of this.#constructing) fail(error);
    return this.#constructing.size > 0;
  }

  cancel(): Empty {
    this.running.cancel();
    this.#operations?.then((operations) => operations.forget());
    return new Empty();
  }

  #loaded(): Promise<Operations> {
    this.#operations ??= this.options.operations(this.running).then((operations) => {
      operations.begin(this.#defaults);
      return operations;
    });
    return this.#operations;
  }
}
