import * as grpc from "@grpc/grpc-js";
import type * as rpc from "@pulumi/pulumi/proto/provider_pb";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Hosts } from "../host/hosts";
import { Claims } from "../resources/claims";
import type { Operation } from "../resources/lifecycle";
import { create, type Made, remove, update } from "./change";
import { check } from "./check";
import { diff } from "./diff";
import type { EngineLog } from "./engineLog";
import { serviceError } from "./errors";
import { type AnyFunction, invoke } from "./invoke";
import { kept, read, type Unread } from "./read";
import { type AnyLifecycle, ResourceType } from "./resourceType";
import type { Running } from "./running";
import { partsOfUrn } from "./urn";
import { listed } from "./words";

export interface OperationsOptions {
  readonly package: string;
  readonly version: string;
  readonly lifecycles: readonly AnyLifecycle[];
  readonly functions: readonly AnyFunction[];
  readonly hosts: Hosts;
  readonly log: EngineLog;
  readonly running: Running;
}

/** What the engine asks about resources and functions, each as a function from request to response. */
export class Operations {
  readonly #types: ReadonlyMap<string, ResourceType>;
  readonly #functions: ReadonlyMap<string, AnyFunction>;
  readonly #unread = new Set<string>();
  readonly #claims = new Claims();
  readonly #created: Made = new Map();

  constructor(private readonly options: OperationsOptions) {
    const types = options.lifecycles.map((lifecycle) => new ResourceType(lifecycle));
    this.#types = new Map(types.map((type) => [`${options.package}:index:${type.name}`, type]));
    this.#functions = new Map(options.functions.map((one) => [`${options.package}:index:${one.definition.name}`, one]));
  }

  async invoke(request: rpc.InvokeRequest): Promise<rpc.InvokeResponse> {
    const known = this.#functions.get(request.getTok());
    if (known === undefined) {
      const has = listed([...this.#functions.keys()], "and");
      throw serviceError(grpc.status.NOT_FOUND, `${this.#label} has no function ${request.getTok()}; it has ${has}`);
    }
    const { hosts, log } = this.options;
    return this.options.running.run(0, (signal) => invoke(known, request, { hosts, log: log.of(""), signal }));
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

  /** The beginning of an operation of the engine's, where a process serves several. */
  begin(): void {
    this.#created.clear();
  }

  /** Its end, for a process that the engine does not end. */
  forget(): void {
    this.#unread.clear();
    this.#claims.clear();
  }

  async #run<T>(
    request: { getUrn(): string; getTimeout(): number },
    preview: boolean,
    work: (type: ResourceType, operation: Operation) => Promise<T>,
  ): Promise<T> {
    const urn = request.getUrn();
    const type = this.#type(urn);
    const { hosts, log } = this.options;
    return this.options.running.run(request.getTimeout(), (signal) =>
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
