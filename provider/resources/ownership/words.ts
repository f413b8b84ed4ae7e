import { partsOfUrn } from "../../schema/urn";
import { stackOf } from "../stack";

/** What a URN says in words, for people: whose a thing is. */
export function inWords(urn: string): string {
  const { project, stack } = placeOf(urn);
  if (project === undefined) return urn || "nobody that is known";
  const { type, name } = partsOfUrn(urn);
  return `the ${type.split(":").at(-1)} ${JSON.stringify(name)} of the stack ${stack} of the project ${project} (${urn})`;
}

/** The same to somebody of the same stack: the name is enough. */
export function inWordsTo(urn: string, reader: string): string {
  return stackOf(urn) === stackOf(reader) ? partsOfUrn(urn).name : inWords(urn);
}

/** Project and stack of a URN: "urn:pulumi:STACK::PROJECT::TYPES::NAME". */
export function placeOf(urn: string): { readonly project?: string; readonly stack?: string } {
  const [, stack, project] = /^urn:pulumi:(.+?)::(.+?)::.+::/.exec(urn) ?? [];
  return stack === undefined || project === undefined ? {} : { project, stack };
}

/** The same with the resource's name in its program. */
export const namedBy = (urn: string) => ({ ...placeOf(urn), name: partsOfUrn(urn).name });

/** The command that imports something as this resource. */
export function importing(urn: string, importAs: string): string {
  const { type, name } = partsOfUrn(urn);
  return `pulumi import ${type} '${name}' ${importAs}`;
}

/** Whether it is the same resource, as another stack has it. */
export function isOfOtherStack(urn: string, other: string): boolean {
  const resourceOf = (one: string) => one.split("::").slice(2).join("::");
  return stackOf(urn) !== stackOf(other) && resourceOf(urn) === resourceOf(other);
}
