import * as pulumi from "@pulumi/pulumi/output";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import type { Alias, ComponentResourceOptions } from "@pulumi/pulumi/resource";
import * as resource from "@pulumi/pulumi/resource";
import { setAllConfig } from "@pulumi/pulumi/runtime/config";
import { serializeResourceProperties } from "@pulumi/pulumi/runtime/rpc";
import { resetOptions } from "@pulumi/pulumi/runtime/settings";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { connectionOfProvider } from "../../components/providerConnection";
import { makers } from "../components/classes";
import type { Connection } from "../schema/connection";
import { awaitFeatureSupport, deserializeInputs, waitForRPCs, withLocalStorage } from "./sdkInternals";

/**
 * Makes a component for a program in another language, by the class that TypeScript's programs use. Its children are
 * registered with the engine from here. The SDK does the same for providers that are nothing else.
 *
 * @throws where the package has no such component, or its arguments do not go together
 */
export function construct(
  request: rpc.ConstructRequest,
  engineAddress: string,
  defaults: Partial<Connection> = {},
): Promise<rpc.ConstructResponse> {
  return withLocalStorage(async () => {
    const type = request.getType();
    const make = makers[type];
    if (make === undefined) throw new Error(`kvmnet has no component ${type}`);
    await attach(request, engineAddress);
    const inputs = await deserializeInputs(request.getInputs(), request.getInputdependenciesMap());
    const { component, outputs } = make(request.getName(), inputs, optionsOf(request, defaults));
    const response = new rpc.ConstructResponse();
    const [state, dependencies] = await serializeResourceProperties(type, outputs);
    response.setUrn(await urnOf(component));
    response.setState(Struct.fromJavaScript(state as Record<string, JavaScriptValue>));
    for (const [key, resources] of dependencies) {
      const urns = new rpc.ConstructResponse.PropertyDependencies();
      urns.setUrnsList(await Promise.all([...resources].map(urnOf)));
      response.getStatedependenciesMap().set(key, urns);
    }
    await waitForRPCs();
    return response;
  });
}

/** The engine that the component is registered with, and the program's settings. */
async function attach(request: rpc.ConstructRequest, engineAddress: string): Promise<void> {
  resetOptions(
    request.getProject(),
    request.getStack(),
    request.getParallel(),
    engineAddress,
    request.getMonitorendpoint(),
    request.getDryrun(),
    request.getOrganization(),
  );
  await awaitFeatureSupport();
  const config = Object.fromEntries(request.getConfigMap().toArray());
  setAllConfig(config, request.getConfigsecretkeysList());
}

function optionsOf(request: rpc.ConstructRequest, defaults: Partial<Connection>): ComponentResourceOptions {
  const parent = request.getParent();
  const deletedWith = request.getDeletedwith();
  const providers = request.getProvidersMap().toArray() as unknown as [string, string][];
  return {
    aliases: request.getAliasesList().map(aliasOf),
    dependsOn: request.getDependenciesList().map((urn) => new resource.DependencyResource(urn)),
    protect: request.getProtect(),
    providers: Object.fromEntries(
      providers.map(([name, reference]) => {
        const provider = new resource.DependencyProviderResource(reference);
        // This process is the component's own provider's.
        if (name === "kvmnet") connectionOfProvider.set(provider, defaults);
        return [name, provider];
      }),
    ),
    ...(parent !== "" && { parent: new resource.DependencyResource(parent) }),
    ...(deletedWith !== "" && { deletedWith: new resource.DependencyResource(deletedWith) }),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    customTimeouts: request.getCustomtimeouts()?.toObject(),
    retainOnDelete: request.getRetainondelete(),
  };
}

function aliasOf(alias: ReturnType<rpc.ConstructRequest["getAliasesList"]>[number]): string | Alias {
  const spec = alias.getSpec();
  if (spec === undefined) return alias.getUrn();
  const named = { name: spec.getName(), type: spec.getType(), project: spec.getProject(), stack: spec.getStack() };
  const said = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== ""));
  if (spec.getNoparent()) return { ...said, parent: resource.rootStackResource };
  return spec.getParenturn() === "" ? said : { ...said, parent: spec.getParenturn() };
}

const urnOf = (one: resource.Resource): Promise<string> =>
  new Promise((resolve) => pulumi.output(one.urn).apply(resolve));
