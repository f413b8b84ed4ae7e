import { type DiffRequest, DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import { decode, type Values } from "../codec/decode";
import type { Ownership } from "../resources/ownership/owned";
import { type Connection, whole } from "../schema/connection";
import type { Definition } from "../schema/definition";
import { pathText } from "../schema/path";
import { unknownPaths } from "../schema/unknown";
import { partsOfUrn } from "../schema/urn";
import { takenOver } from "./check";
import { type Difference, findInputDifferences } from "./difference";
import type { ResourceType } from "./resourceType";

/** What `up` would do, by property. No I/O: what the host has is in the state, Read put it there. */
export function diff(
  type: ResourceType,
  request: DiffRequest,
  defaults: Partial<Connection>,
  owned: Ownership,
): DiffResponse {
  const olds = decode(request.getOlds()).values;
  owned.recordDiff(request.getUrn(), request.getId(), olds);
  const taker = owned.taker(request.getUrn());
  if (taker !== undefined) throw new Error(takenOver(taker));
  const before = asLeft(type, whole(type.oldInputs(request.getOldInputs()).values, defaults), olds);
  const after = whole(decode(request.getNews()).values, defaults);
  const replaceOn: readonly string[] = type.lifecycle.definition.replaceOn;
  const found = findInputDifferences(type.inputs, before, after);
  const unknown = [...new Set(unknownPaths(after).map(([key]) => String(key)))];
  const one = { urn: request.getUrn(), type: partsOfUrn(request.getUrn()).type, id: request.getId() };
  const response = new DiffResponse();
  response.setHasdetaileddiff(true);
  for (const difference of found) {
    const replaces = replaceOn.includes(String(difference.path[0]));
    const entry = new PropertyDiff();
    entry.setKind(kinds[difference.kind][replaces ? "replace" : "keep"]);
    entry.setInputdiff(true);
    response.getDetaileddiffMap().set(pathText(difference.path), entry);
  }
  const changed = new Set(found.map(({ path }) => String(path[0])));
  const replaces = [...changed].filter((key) => replaceOn.includes(key));
  if (unknown.length > 0) owned.isAnew({ ...one, inputs: before, state: olds }, unknown, replaces.length > 0);
  if (hasDrifted(request, olds, owned)) {
    // An output alone never shows in a preview; as something that goes away, it does.
    const entry = new PropertyDiff();
    entry.setKind(PropertyDiff.Kind.DELETE);
    response.getDetaileddiffMap().set("drift", entry);
    changed.add("drift");
  }
  response.setDiffsList([...changed]);
  response.setReplacesList(replaces);
  // Two things of one name can't be on a host at the same time.
  response.setDeletebeforereplace(replaces.length > 0 && !type.lifecycle.definition.createFirst);
  const { DIFF_SOME, DIFF_NONE } = DiffResponse.DiffChanges;
  response.setChanges(changed.size > 0 ? DIFF_SOME : DIFF_NONE);
  return response;
}

/** The inputs of before, with the names that the thing has had since: of a change that was cut short, the engine keeps none. */
function asLeft({ lifecycle }: ResourceType, inputs: Values, olds: Values): Values {
  const { renamedBy = [] }: Definition = lifecycle.definition;
  const names = renamedBy.filter((key) => inputs[key] !== undefined && olds[key] !== undefined);
  return { ...inputs, ...Object.fromEntries(names.map((key) => [key, olds[key]])) };
}

/** The host is not as the state says, or its record says that another is the owner's name than it is now. */
function hasDrifted(request: DiffRequest, { drift, ownerId, ownerUrn }: Values, owned: Ownership): boolean {
  const drifted = Array.isArray(drift) && drift.length > 0;
  const stale = ownerId !== undefined && ownerUrn !== undefined && ownerUrn !== request.getUrn();
  const urn = request.getUrn();
  const told = owned.isDecided(urn) || owned.isTakenBack(urn);
  return (drifted || stale || told) && !request.getIgnorechangesList().includes("drift");
}

const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = PropertyDiff.Kind;
const kinds: Readonly<Record<Difference["kind"], { keep: PropertyDiff.Kind; replace: PropertyDiff.Kind }>> = {
  add: { keep: ADD, replace: ADD_REPLACE },
  delete: { keep: DELETE, replace: DELETE_REPLACE },
  update: { keep: UPDATE, replace: UPDATE_REPLACE },
};
