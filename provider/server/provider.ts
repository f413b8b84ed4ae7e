import * as grpc from "@grpc/grpc-js";
import { type PluginAttach, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Hosts } from "../host/hosts";
import { Claims } from "../resources/claims";
import type { Operation } from "../resources/lifecycle";
import { create, type Made, remove, update } from "./change";
import { check } from "./check";
import { checkConfig, configure, diffConfig } from "./config";
import { diff } from "./diff";
import type { EngineLog } from "./engineLog";
import { serviceError } from "./errors";
import { type AnyFunction, invoke } from "./invoke";
import { kept, read, type Unread } from "./read";
import { type AnyLifecycle, ResourceType } from "./resourceType";
import { Running } from "./running";
import { partsOfUrn } from "./urn";
import { listed } from "./words";

export interface ProviderOptions {
  readonly package: string;
  readonly version: string;
  /** The package's schema, as JSON. */
  readonly schema: () => string;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly functions: readonly AnyFunction[];
  readonly hosts: Hosts;
  readonly log: EngineLog;
}

/** What the engine asks of a provider, each as a function from request to response. What is not here is UNIMPLEMENTED. */
export class Provider {
  readonly running = new Running();
  readonly #types: ReadonlyMap<string, ResourceType>;
  readonly #functions: ReadonlyMap<string, AnyFunction>;
  readonly #unread = new Set<string>();
  readonly #claims = new Claims();
  readonly #created: Made = new Map();

  constructor(private readonly options: ProviderOptions) {
    const types = options.lifecycles.map((lifecycle) => new ResourceType(lifecycle));
    this.#types = new Map(types.map((type) => [`${options.package}:index:${type.name}`, type]));
    this.#functions = new Map(options.functions.map((one) => [`${options.package}:index:${one.definition.name}`, one]));
  }

  handshake(request: rpc.ProviderHandshakeRequest): rpc.ProviderHandshakeResponse {
    this.options.log.connect(request.getEngineAddress());
    const response = new rpc.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    response.setAcceptResources(false);
    response.setAcceptOutputs(false);
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
  configure(): rpc.ConfigureResponse {
    this.#created.clear();
    return configure();
  }

  async invoke(request: rpc.InvokeRequest): Promise<rpc.InvokeResponse> {
    const known = this.#functions.get(request.getTok());
    if (known === undefined) {
      const has = listed([...this.#functions.keys()], "and");
      throw serviceError(grpc.status.NOT_FOUND, `${this.#label} has no function ${request.getTok()}; it has ${has}`);
    }
    const { hosts, log } = this.options;
    return this.running.run(0, (signal) => invoke(known, request, { hosts, log: log.of(""), signal }));
  }

  check(request: rpc.CheckRequest): rpc.CheckResponse {
    return check(this.#type(request.getUrn()), request, this.#claims);
  }

  diff(request: rpc.DiffRequest): rpc.DiffResponse {
    return diff(this.#type(request.getUrn()), request);
  }

  create(request: rpc.CreateRequest): Promise<rpc.CreateResponse> {
    return this.#run(request, request.getPreview(), (type, operation) =>
      create(type, request, operation, this.#warnOnce, this.#created),
    );
  }

  update(request: rpc.UpdateRequest): Promise<rpc.UpdateResponse> {
    return this.#run(request, request.getPreview(), (type, operation) =>
      update(type, request, operation, this.#warnOnce),
    );
  }

  delete(request: rpc.DeleteRequest): Promise<Empty> {
    return this.#run(request, false, (type, operation) =>
      remove(type, request, operation, this.#claims, this.#created),
    );
  }

  async read(request: rpc.ReadRequest): Promise<rpc.ReadResponse> {
    const { type } = partsOfUrn(request.getUrn());
    if (!this.#types.has(type) && request.hasInputs()) {
      this.options.log.of(request.getUrn()).warn(`${this.#noType(type)}. Its state is kept as it was.`);
      return kept(request);
    }
    return this.#run(request, false, (known, operation) => read(known, request, operation, this.#warnOnce));
  }

  readonly #warnOnce: Unread = (host, kind, message) => {
    if (this.#unread.has(`${host} ${kind}`)) return;
    this.#unread.add(`${host} ${kind}`);
    this.options.log.of("").warn(message);
  };

  cancel(): Empty {
    this.running.cancel();
    this.#unread.clear();
    this.#claims.clear();
    return new Empty();
  }

  async #run<T>(
    request: { getUrn(): string; getTimeout(): number },
    preview: boolean,
    work: (type: ResourceType, operation: Operation) => Promise<T>,
  ): Promise<T> {
    const urn = request.getUrn();
    const type = this.#type(urn);
    const { hosts, log } = this.options;
    return this.running.run(request.getTimeout(), (signal) =>
      work(type, { urn, name: partsOfUrn(urn).name, preview, hosts, log: log.of(urn), signal }),
    );
  }

  #type(urn: string): ResourceType {
    const { type } = partsOfUrn(urn);
    const known = this.#types.get(type);
    if (known === undefined) throw new Error(this.#noType(type));
    return known;
  }

  #noType(type: string): string {
    return `${this.#label} has no resource ${type}; it has ${listed([...this.#types.keys()], "and")}`;
  }

  get #label(): string {
    return `${this.options.package} ${this.options.version}`;
  }
}
