import { type CheckRequest, CheckResponse } from "@pulumi/pulumi/proto/provider_pb";
import { decode, type Values } from "../codec/decode";
import { pathText } from "../codec/path";
import type { Claims } from "../resources/claims";
import { failure } from "./failure";
import type { ResourceType } from "./resourceType";
import { partsOfUrn } from "./urn";
import { validate } from "./validate";

/** Fills in every default, marks the secrets, and says what is wrong. No I/O: Checks run one after the other. */
export function check(type: ResourceType, request: CheckRequest, claims: Claims): CheckResponse {
  const { values, secrets } = decode(request.getNews());
  const { definition } = type.lifecycle;
  const checked = validate(definition.inputs, values);
  let inputs = checked.value as Values;
  const failures = checked.wrong.map(({ path, reason }) => ({ property: pathText(path), reason }));
  // A rule between properties can only be applied to properties that are right by themselves.
  if (failures.length === 0 && type.lifecycle.check) {
    const ruled = type.lifecycle.check(partsOfUrn(request.getUrn()).name, inputs);
    inputs = ruled.inputs;
    failures.push(...ruled.failures);
  }
  if (failures.length === 0 && type.lifecycle.claims) {
    const mine = type.lifecycle.claims(partsOfUrn(request.getUrn()).name, inputs);
    for (const { claim, owner } of claims.take(request.getUrn(), inputs.connection, mine)) {
      const first = partsOfUrn(owner);
      const reason = `${claim.thing} on this host is the ${first.type.split(":").at(-1)} ${JSON.stringify(first.name)}'s already; one of the two has to go, or be another`;
      failures.push({ property: claim.property, reason });
    }
  }
  const response = new CheckResponse();
  response.setInputs(type.encodeInputs(inputs, secrets));
  response.setFailuresList(failures.map(({ property, reason }) => failure(property, reason)));
  return response;
}
