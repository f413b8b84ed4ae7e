import { hideKnownSecrets, type Searched } from "../host/exec/hidden";
import { visible } from "../host/exec/visible";

/** Text that goes to the engine: without control codes, and without the colour tags that the engine would follow. */
export function visibleText(text: string): string {
  return withoutTags(text, "everybody's");
}

function withoutTags(text: string, searched: Searched): string {
  let rest = visible(text, searched);
  // Taking a tag out may put two halves of another together.
  for (;;) {
    const next = rest.replace(/<\{%[^%]*%\}>/g, "");
    if (next === rest) return rest;
    // Nor two halves of what is hidden.
    rest = hideKnownSecrets(next, searched);
  }
}

/** Values that a host or a guest said, each text in them as it may be shown. */
export function visibleValues<Value>(value: Value): Value {
  if (typeof value === "string") return withoutTags(value, "files'") as Value;
  if (Array.isArray(value)) return value.map(visibleValues) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [withoutTags(key, "files'"), visibleValues(one)]),
  ) as Value;
}
