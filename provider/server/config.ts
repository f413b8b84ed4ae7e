import { isDeepStrictEqual } from "node:util";
import {
  type CheckRequest,
  CheckResponse,
  ConfigureResponse,
  type DiffRequest,
  DiffResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { decode } from "../codec/decode";
import { unfolded } from "../codec/unfolded";
import type { Connection } from "../schema/connection";
import { partsOfUrn } from "../schema/urn";
import { failure } from "./failure";

/** What the engine itself keeps in a provider's inputs. */
const engineKeys: ReadonlySet<string> = new Set(["version", "pluginDownloadURL", "parameterization", "__internal"]);

const isConfiguration = (key: string) => !engineKeys.has(key);

/** Most stacks have no configuration: nothing is loaded for them that only a configuration needs. */
export async function checkConfig(request: CheckRequest): Promise<CheckResponse> {
  const news = decode(request.getNews());
  const response = new CheckResponse();
  response.setInputs(request.getNews());
  if (!Object.keys(news.values).some(isConfiguration)) return response;
  const { checkConfiguration } = await import("./checkConfiguration");
  const said = Object.fromEntries(Object.entries(news.values).filter(([key]) => isConfiguration(key)));
  const { project, name } = partsOfUrn(request.getUrn());
  // The engine's own provider takes it from the stack's config. No property is named: the engine would print its value.
  const prefix = name.startsWith("default") ? "kvmnet:" : "";
  const checked = checkConfiguration(said, news.secrets, news.values, prefix !== "" && project === "kvmnet");
  response.setInputs(checked.inputs);
  response.setFailuresList(checked.wrong.map(({ path, reason }) => failure("", `${prefix}${path}: ${reason}`)));
  return response;
}

/** A change is an update of the provider: nothing on a host is another thing by it, so nothing is replaced. */
export function diffConfig(request: DiffRequest): DiffResponse {
  const before = decode(request.getOldInputs() ?? request.getOlds()).values;
  const after = decode(request.getNews()).values;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(isConfiguration);
  const changed = keys.filter((key) => !isDeepStrictEqual(unfolded(before[key]), unfolded(after[key])));
  const response = new DiffResponse();
  response.setDiffsList(changed);
  const { DIFF_SOME, DIFF_NONE } = DiffResponse.DiffChanges;
  response.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE);
  return response;
}

export function configure(): ConfigureResponse {
  const response = new ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setSupportspreview(true);
  response.setAcceptresources(false);
  response.setAcceptoutputs(true);
  return response;
}

/** The fields that each connection has where it says no others. */
export function defaultsIn(args: Struct | undefined): Partial<Connection> {
  const connection = unfolded(decode(args).values.connection);
  return typeof connection === "object" && connection !== null ? connection : {};
}
