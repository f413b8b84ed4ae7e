import { type CheckRequest, CheckResponse, ConfigureResponse, DiffResponse } from "@pulumi/pulumi/proto/provider_pb";
import { decode } from "../codec/decode";
import { failure } from "./failure";

/** What the engine itself keeps in a provider's inputs. */
const engineKeys: ReadonlySet<string> = new Set(["version", "pluginDownloadURL", "parameterization", "__internal"]);

/** There is no configuration: each resource has its own connection, so that one process serves many hosts. */
export function checkConfig(request: CheckRequest): CheckResponse {
  const keys = Object.keys(decode(request.getNews()).values).filter((key) => !engineKeys.has(key));
  const response = new CheckResponse();
  response.setInputs(request.getNews());
  response.setFailuresList(
    keys.map((key) =>
      failure(
        key,
        `kvmnet has no configuration ${JSON.stringify(key)}: a host is said at each resource, as connection`,
      ),
    ),
  );
  return response;
}

export function diffConfig(): DiffResponse {
  const response = new DiffResponse();
  response.setChanges(DiffResponse.DiffChanges.DIFF_NONE);
  return response;
}

export function configure(): ConfigureResponse {
  const response = new ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setSupportspreview(true);
  response.setAcceptresources(false);
  response.setAcceptoutputs(false);
  return response;
}
