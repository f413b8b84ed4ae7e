import * as grpc from "@grpc/grpc-js";
import type * as rpc from "@pulumi/pulumi/proto/provider_pb";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Hosts } from "../host/hosts";
import { ClaimRegistry } from "../resources/claimRegistry";
import type { Operation } from "../resources/lifecycle";
import { Notices } from "../resources/notices";
import { Ownership } from "../resources/ownership/owned";
import type { Connection } from "../schema/connection";
import { partsOfUrn } from "../schema/urn";
import { create, remove, update } from "./change";
import { check } from "./check";
import { diff } from "./diff";
import type { EngineLog } from "./engineLog";
import { messageOf, serviceError } from "./errors";
import { type AnyFunction, invoke } from "./invoke";
import { kept, read } from "./read";
import { type Doing, report } from "./report";
import { type AnyLifecycle, ResourceType } from "./resourceType";
import type { Running } from "./running";
import type { WarnUnreadable } from "./warnUnreadable";
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
  readonly #unreadable = new Set<string>();
  readonly #claims = new ClaimRegistry();
  #owned = new Ownership();
  #notices = new Notices();
  #defaults: Partial<Connection> = {};

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
    return this.options.running.run(0, (signal) =>
      invoke(known, request, this.#defaults, { hosts, log: log.of("", { operation: "invoke" }), signal }),
    );
  }

  check(request: rpc.CheckRequest): rpc.CheckResponse {
    return check(this.#type(request.getUrn()), request, this.#defaults, this.#claims, this.#owned);
  }

  diff(request: rpc.DiffRequest): rpc.DiffResponse {
    return diff(this.#type(request.getUrn()), request, this.#defaults, this.#owned);
  }

  create(request: rpc.CreateRequest): Promise<rpc.CreateResponse> {
    return this.#run(request, { operation: "create", preview: request.getPreview() }, (type, operation) =>
      create(type, request, this.#defaults, operation, this.#warnOnce),
    );
  }

  update(request: rpc.UpdateRequest): Promise<rpc.UpdateResponse> {
    return this.#run(request, { operation: "update", preview: request.getPreview() }, (type, operation) =>
      update(type, request, this.#defaults, operation, this.#warnOnce),
    );
  }

  delete(request: rpc.DeleteRequest): Promise<Empty> {
    const doing = { operation: "delete", preview: false } as const;
    return this.#run(request, doing, (type, operation) => remove(type, request, this.#defaults, operation));
  }

  async read(request: rpc.ReadRequest): Promise<rpc.ReadResponse> {
    const { type } = partsOfUrn(request.getUrn());
    if (!this.#types.has(type) && request.hasInputs()) {
      this.options.log.of(request.getUrn()).warn(`${this.#noType(type)}. Its state is kept as it was.`);
      return kept(request);
    }
    return this.#run(request, { operation: "read", preview: false }, (known, operation) =>
      read(known, request, this.#defaults, operation, this.#warnOnce),
    );
  }

  readonly #warnOnce: WarnUnreadable = (host, kind, message) => {
    if (this.#unreadable.has(`${host} ${kind}`)) return;
    this.#unreadable.add(`${host} ${kind}`);
    this.options.log.of("").warn(message);
  };

  /** The beginning of an operation of the engine's, where a process serves several, with what the provider is told for each connection. */
  begin(defaults: Partial<Connection>): void {
    this.#defaults = defaults;
    this.#owned = new Ownership();
    this.#notices = new Notices();
  }

  /** Its end, for a process that the engine does not end. */
  forget(): void {
    this.#unreadable.clear();
    this.#claims.clear();
    this.options.hosts.forget();
    this.#owned = new Ownership();
    this.#notices = new Notices();
  }

  async #run<T>(
    request: { getUrn(): string; getTimeout(): number },
    doing: Omit<Doing, "resource">,
    work: (type: ResourceType, operation: Operation) => Promise<T>,
  ): Promise<T> {
    const urn = request.getUrn();
    const type = this.#type(urn);
    const { hosts, log } = this.options;
    const isClaimed: Operation["isClaimed"] = (connection, thing) => this.#claims.has(urn, connection, thing);
    const common = { hosts, owned: this.#owned, notices: this.#notices, isClaimed, log: log.of(urn, doing) };
    const { preview } = doing;
    try {
      return await this.options.running.run(request.getTimeout(), (signal) =>
        work(type, { urn, name: partsOfUrn(urn).name, preview, ...common, signal }),
      );
    } catch (error) {
      report({ ...doing, resource: urn }, "error", messageOf(error));
      throw error;
    }
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
