import { isPair, isScalar, parseDocument, visit } from "yaml";

/** netplan-yaml(5): tunnels, modems; Wi-Fi and 802.1x; what it hands on to NetworkManager. */
const secretKey = /^(key|private|shared|input|output|pin)$|(password|psk|secret|private-key)$/;

/** A netplan file for people to look at: what its secrets are is not shown. A text that is no YAML is not shown at all. */
export function withoutSecrets(text: string): string {
  const document = parseDocument(text);
  if (document.errors.length > 0) return "(no YAML)\n";
  const places: [number, number][] = [];
  visit(document, {
    Scalar(key, { range }, ancestors) {
      // A list of them, or one of a kind with several ("keys: {private: …}"), is below the key.
      const named = ancestors.some((one) => isPair(one) && isScalar(one.key) && secretKey.test(String(one.key.value)));
      if (named && key !== "key" && range) places.push([range[0], range[1]]);
    },
  });
  return places.reverse().reduce((rest, [start, end]) => {
    const newline = text[end - 1] === "\n" ? "\n" : "";
    return `${rest.slice(0, start)}(hidden)${newline}${rest.slice(end)}`;
  }, text);
}
