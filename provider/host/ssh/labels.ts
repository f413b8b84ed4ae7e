/** What hosts were called so far. */
const labels = new Set<string>();

export function label(host: string): string {
  labels.add(host);
  return host;
}

/** "root@kvm1: br0 is up" in two; words that begin with no host are about none. */
export function apart(words: string): { readonly host: string | undefined; readonly text: string } {
  const [, host = "", text = words] = /^(\S+): (.*)$/s.exec(words) ?? [];
  return labels.has(host) ? { host, text } : { host: undefined, text: words };
}
