import { bridgeProblems, describeMissingBridge, sameHosts } from "./bridgeReferences";
import { type Fields, record } from "./fields";
import { formatPath, type Problem, suggestion } from "./problem";

/**
 * What refers to something that the config does not have. It reads the config as written, not as checked:
 * a typing error in one place must not hide a wrong reference in another.
 */
export function referenceProblems(written: unknown): Problem[] {
  const hosts = record(record(written).hosts);
  const vms = record(record(written).vms);
  return [
    ...sameHosts(hosts),
    ...rolloutProblems(record(record(written).rollout).canary, hosts),
    ...Object.entries(hosts).flatMap(([name, host]) => hostProblems(name, record(host))),
    ...Object.entries(vms).flatMap(([name, vm]) => vmProblems(name, record(vm), hosts)),
  ];
}

function rolloutProblems(canary: unknown, hosts: Fields): Problem[] {
  if (typeof canary !== "string" || Object.hasOwn(hosts, canary)) return [];
  return [
    {
      path: ["rollout", "canary"],
      reason: `${JSON.stringify(canary)} is not in hosts${suggestion(canary, Object.keys(hosts))}`,
    },
  ];
}

function hostProblems(name: string, host: Fields): Problem[] {
  const reason = describeMissingBridge(name, host);
  const withoutBridge = ["networks", "taps"].flatMap((kind) =>
    Object.entries(record(host[kind]))
      .filter(([, one]) => record(one).bridge === undefined)
      .map(([key]) => ["hosts", name, kind, key, "bridge"]),
  );
  return [
    ...bridgeProblems(name, host),
    ...(reason === undefined ? [] : withoutBridge.map((path) => ({ path, reason }))),
  ];
}

function vmProblems(name: string, vm: Fields, hosts: Fields): Problem[] {
  const hostName = vm.host;
  const host = typeof hostName === "string" && Object.hasOwn(hosts, hostName) ? record(hosts[hostName]) : undefined;
  const problems = Object.entries(record(vm.nics)).flatMap(([nic, fields]) =>
    nicProblems(["vms", name, "nics", nic], record(fields), host, String(hostName)),
  );
  if (typeof hostName !== "string" || host !== undefined) return problems;
  return [
    {
      path: ["vms", name, "host"],
      reason: `${JSON.stringify(hostName)} is not in hosts${suggestion(hostName, Object.keys(hosts))}`,
    },
    ...problems,
  ];
}

function nicProblems(path: readonly string[], nic: Fields, host: Fields | undefined, hostName: string): Problem[] {
  const { network, bridge, device } = nic;
  if (network === undefined && bridge === undefined && device === undefined) {
    return [{ path: [...path, "network"], reason: "is missing: a NIC is on a `network`, a `bridge` or a `device`" }];
  }
  if (device !== undefined && (network ?? bridge) !== undefined) {
    const other = network !== undefined ? "network" : "bridge";
    return [{ path: [...path, "device"], reason: `and \`${other}\` are both given: a NIC is on one of them` }];
  }
  if (network !== undefined && bridge !== undefined) {
    return [{ path: [...path, "bridge"], reason: "and `network` are both given: a NIC is on one of them" }];
  }
  if (typeof network !== "string" || host === undefined) return [];
  const known = record(host.networks);
  if (Object.hasOwn(known, network)) return [];
  return [
    {
      path: [...path, "network"],
      reason: `${JSON.stringify(network)} is not in ${formatPath(["hosts", hostName, "networks"])}${suggestion(network, Object.keys(known))}`,
    },
  ];
}
