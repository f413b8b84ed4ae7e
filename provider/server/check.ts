import { type CheckRequest, CheckResponse } from "@pulumi/pulumi/proto/provider_pb";
import { decode, type Values } from "../codec/decode";
import type { ClaimRegistry } from "../resources/claimRegistry";
import type { Ownership } from "../resources/ownership/owned";
import { inWords } from "../resources/ownership/words";
import { type Connection, withDefaults } from "../schema/connection";
import { partsOfUrn } from "../schema/urn";
import { failure } from "./failure";
import { hasHost, noHost } from "./noHost";
import type { ResourceType } from "./resourceType";
import { unprinted, withoutSecret } from "./unprinted";
import { validate } from "./validate";

/** Fills in every default, marks the secrets, and says what is wrong. No I/O: Checks run one after the other. */
export function check(
  type: ResourceType,
  request: CheckRequest,
  defaults: Partial<Connection>,
  claims: ClaimRegistry,
  owned: Ownership,
): CheckResponse {
  const { values, secrets } = decode(request.getNews());
  const olds = decode(request.getOlds()).values;
  const { definition } = type.lifecycle;
  const checked = validate(definition.inputs, values);
  const { connection: own } = checked.value as Values;
  let inputs: Values = { ...(checked.value as Values), connection: withDefaults(own, defaults) };
  const failures = checked.wrong.map((one) => unprinted(type.inputs, values, one));
  if (failures.length === 0 && !hasHost(inputs.connection)) failures.push(noHost);
  // A rule between properties can only be applied to properties that are right by themselves.
  if (failures.length === 0 && type.lifecycle.check) {
    const ruled = type.lifecycle.check(partsOfUrn(request.getUrn()).name, inputs, olds);
    inputs = ruled.inputs;
    failures.push(...ruled.failures);
  }
  if (failures.length === 0 && type.lifecycle.listClaims) {
    const mine = type.lifecycle.listClaims(partsOfUrn(request.getUrn()).name, inputs);
    for (const { claim, owner } of claims.take(request.getUrn(), inputs.connection, mine)) {
      const first = partsOfUrn(owner);
      const reason = `${claim.subject} on this host is the ${first.type.split(":").at(-1)} ${JSON.stringify(first.name)}'s already; one of the two has to go, or be another`;
      failures.push({ property: claim.property, reason });
    }
  }
  owned.recordCheck(request.getUrn(), Object.keys(olds).length > 0);
  const taker = owned.taker(request.getUrn());
  if (taker !== undefined) failures.push({ property: "", reason: takenOver(taker) });
  const response = new CheckResponse();
  response.setInputs(type.encodeInputs({ ...inputs, connection: own }, secrets));
  response.setFailuresList(
    failures.map((one) => withoutSecret(secrets, one)).map(({ property, reason }) => failure(property, reason)),
  );
  return response;
}

/** Whoever is created first has it; both in one program is a mistake that no host is to be changed by. */
export const takenOver = (taker: string): string =>
  `what it has on the host was taken over by ${inWords(taker)}, which this program has too. One of the two has to go, or be another`;
