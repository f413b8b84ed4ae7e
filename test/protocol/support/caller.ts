import * as grpc from "@grpc/grpc-js";
import { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { wire } from "../../../provider/codec/wire";

export type Json = Record<string, unknown>;

export const secret = (value: unknown): Json => ({ [wire.signature]: wire.secret, value });
export const unknown = wire.unknownString;
export const urnOf = (name: string, type = "kvmnet:index:Thing"): string => `urn:pulumi:dev::homelab::${type}::${name}`;

const struct = (value: Json): Struct => Struct.fromJavaScript(value as Record<string, JavaScriptValue>);
const json = (value: Struct | undefined): Json => value?.toJavaScript() ?? {};
const kindNames = ["add", "add-replace", "delete", "delete-replace", "update", "update-replace"];

/** The engine's side of the provider protocol, in plain values: over real gRPC. */
export class Caller {
  readonly client: ResourceProviderClient;

  constructor(port: number | string) {
    this.client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }

  async handshake(engineAddress: string): Promise<rpc.ProviderHandshakeResponse.AsObject> {
    const request = new rpc.ProviderHandshakeRequest();
    request.setEngineAddress(engineAddress);
    return (await this.ask<rpc.ProviderHandshakeResponse>("handshake", request)).toObject();
  }

  async attach(address: string): Promise<void> {
    const request = new PluginAttach();
    request.setAddress(address);
    await this.ask("attach", request);
  }

  async schema(): Promise<Json> {
    return JSON.parse((await this.ask<rpc.GetSchemaResponse>("getSchema", new rpc.GetSchemaRequest())).getSchema());
  }

  async checkConfig(news: Json, name = "default", urn = urnOf(name, "pulumi:providers:kvmnet")) {
    const request = new rpc.CheckRequest();
    request.setUrn(urn);
    request.setNews(struct(news));
    return checked(await this.ask("checkConfig", request));
  }

  async diffConfig(oldInputs: Json, news: Json) {
    const request = new rpc.DiffRequest();
    request.setUrn(urnOf("default", "pulumi:providers:kvmnet"));
    request.setOldInputs(struct(oldInputs));
    request.setOlds(struct(oldInputs));
    request.setNews(struct(news));
    const response = await this.ask<rpc.DiffResponse>("diffConfig", request);
    return {
      changes: response.getChanges() === rpc.DiffResponse.DiffChanges.DIFF_SOME,
      diffs: response.getDiffsList(),
      replaces: response.getReplacesList(),
    };
  }

  async configure(args: Json = {}): Promise<rpc.ConfigureResponse.AsObject> {
    const request = new rpc.ConfigureRequest();
    request.setArgs(struct(args));
    return (await this.ask<rpc.ConfigureResponse>("configure", request)).toObject();
  }

  async check(news: Json, urn = urnOf("one")) {
    const request = new rpc.CheckRequest();
    request.setUrn(urn);
    request.setNews(struct(news));
    return checked(await this.ask("check", request));
  }

  async diff({
    oldInputs,
    news,
    olds = oldInputs,
    urn = urnOf("one"),
  }: {
    oldInputs: Json;
    news: Json;
    olds?: Json;
    urn?: string;
  }) {
    const request = new rpc.DiffRequest();
    request.setUrn(urn);
    request.setId("id");
    request.setOldInputs(struct(oldInputs));
    request.setOlds(struct(olds));
    request.setNews(struct(news));
    const response = await this.ask<rpc.DiffResponse>("diff", request);
    const detailed = response.getDetaileddiffMap().toArray() as unknown as [string, unknown[]][];
    return {
      changes: response.getChanges() === rpc.DiffResponse.DiffChanges.DIFF_SOME,
      diffs: response.getDiffsList(),
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
      detailed: Object.fromEntries(
        detailed.map(([path]) => {
          const entry = response.getDetaileddiffMap().get(path) as rpc.PropertyDiff;
          return [path, `${kindNames[entry.getKind()]}${entry.getInputdiff() ? "" : " of an output"}`];
        }),
      ),
    };
  }

  async create(properties: Json, { preview = false, urn = urnOf("one") } = {}) {
    const request = new rpc.CreateRequest();
    request.setUrn(urn);
    request.setProperties(struct(properties));
    request.setPreview(preview);
    const response = await this.ask<rpc.CreateResponse>("create", request);
    return {
      id: response.getId(),
      properties: json(response.getProperties()),
      refreshBeforeUpdate: response.getRefreshBeforeUpdate(),
    };
  }

  async read({
    id,
    inputs,
    properties = {},
    urn = urnOf("one"),
  }: {
    id: string;
    inputs?: Json;
    properties?: Json;
    urn?: string;
  }) {
    const request = new rpc.ReadRequest();
    request.setUrn(urn);
    request.setId(id);
    if (inputs) request.setInputs(struct(inputs));
    request.setProperties(struct(properties));
    const response = await this.ask<rpc.ReadResponse>("read", request);
    return {
      id: response.getId(),
      inputs: json(response.getInputs()),
      properties: json(response.getProperties()),
      refreshBeforeUpdate: response.getRefreshBeforeUpdate(),
    };
  }

  async update({
    id,
    oldInputs,
    olds,
    news,
    preview = false,
  }: {
    id: string;
    oldInputs: Json;
    olds: Json;
    news: Json;
    preview?: boolean;
  }) {
    const request = new rpc.UpdateRequest();
    request.setUrn(urnOf("one"));
    request.setId(id);
    request.setOldInputs(struct(oldInputs));
    request.setOlds(struct(olds));
    request.setNews(struct(news));
    request.setPreview(preview);
    const response = await this.ask<rpc.UpdateResponse>("update", request);
    return { properties: json(response.getProperties()), refreshBeforeUpdate: response.getRefreshBeforeUpdate() };
  }

  async delete({
    id,
    oldInputs,
    properties,
    urn = urnOf("one"),
  }: {
    id: string;
    oldInputs: Json;
    properties: Json;
    urn?: string;
  }): Promise<void> {
    const request = new rpc.DeleteRequest();
    request.setUrn(urn);
    request.setId(id);
    request.setOldInputs(struct(oldInputs));
    request.setProperties(struct(properties));
    await this.ask("delete", request);
  }

  async invoke(token: string, args: Json = {}) {
    const request = new rpc.InvokeRequest();
    request.setTok(token);
    request.setArgs(struct(args));
    const response = await this.ask<rpc.InvokeResponse>("invoke", request);
    return { result: json(response.getReturn()), failures: response.getFailuresList().map((one) => one.toObject()) };
  }

  async cancel(): Promise<void> {
    await this.ask("cancel", new Empty());
  }

  /** The response, or the grpc.ServiceError that came instead. */
  ask<Response>(method: string, request: unknown): Promise<Response> {
    return new Promise((resolve, reject) => {
      const call = Reflect.get(this.client, method) as (...args: unknown[]) => void;
      call.call(this.client, request, (error: grpc.ServiceError | null, response: Response) =>
        error ? reject(error) : resolve(response),
      );
    });
  }

  close(): void {
    this.client.close();
  }
}

function checked(response: rpc.CheckResponse) {
  return { inputs: json(response.getInputs()), failures: response.getFailuresList().map((one) => one.toObject()) };
}

/** What the engine reads from an error's details. */
export function initFailure(error: grpc.ServiceError) {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  const [any] = Status.deserializeBinary(bytes as Buffer).getDetailsList();
  const detail = rpc.ErrorResourceInitFailed.deserializeBinary(any?.getValue_asU8() ?? new Uint8Array());
  return {
    type: any?.getTypeUrl(),
    id: detail.getId(),
    properties: json(detail.getProperties()),
    inputs: json(detail.getInputs()),
    reasons: detail.getReasonsList(),
    refreshBeforeUpdate: detail.getRefreshBeforeUpdate(),
  };
}
