/** As many as tell whether names resolve; all are asked at once. */
const mostNames = 4;

/**
 * Whom the host's programs ask: /etc/resolv.conf's, or those that systemd-resolved asks, where that file leads to its stub
 * or glibc asks it directly (nss-resolve(8)). As transaction.sh's name_servers.
 */
export function parseNameservers(files: ReadonlyMap<string, string>, nssResolve: boolean): string[] | undefined {
  if (files.size === 0) return undefined;
  const own = servers(files.get("/etc/resolv.conf"));
  const resolved = files.get("/run/systemd/resolve/resolv.conf");
  const stub = own.some((address) => address === "127.0.0.53" || address === "127.0.0.54");
  return resolved !== undefined && (stub || nssResolve) ? servers(resolved) : own;
}

function servers(text = ""): string[] {
  return [...new Set([...text.matchAll(/^nameserver[ \t]+(\S+)/gm)].map(([, address = ""]) => address))];
}

export function parseNames(text = ""): string[] {
  const isName = (one: string) =>
    /^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}$/i.test(one) && !one.startsWith("-");
  return text.split("\n").filter(isName).slice(0, mostNames);
}
