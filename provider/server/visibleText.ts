import { visible } from "../host/exec/visible";

/** Text that goes to the engine: without control codes, and without the colour tags that the engine would follow. */
export function visibleText(text: string): string {
  let rest = visible(text);
  // Taking a tag out may put two halves of another together.
  for (;;) {
    const next = rest.replace(/<\{%[^%]*%\}>/g, "");
    if (next === rest) return rest;
    rest = next;
  }
}
