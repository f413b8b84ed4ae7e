import * as pulumi from "@pulumi/pulumi";
import { inWaves } from "../components/rollout";
import { BridgeNetwork, diagnoseOutput, type HostBridge, resources, VmNic } from "../index";
import { makeBridges, usualBridge } from "./bridges";
import type { HostConfig, VmConfig } from "./config";
import { failFrom } from "./failOn";
import { guestCommand } from "./guestCommand";
import type { Homelab } from "./readConfig";

/**
 * The hosts and NICs of a homelab, and what a person wants to know of them.
 * Resources are named by their keys: `kvm1`, `kvm1/br20`, `kvm1/lan`, `kvm1/tap0`, `web/lan`.
 */
export function homelab({ config, encrypted }: Homelab) {
  const names = Object.keys(config.hosts);
  const make = (name: string, after: pulumi.Resource[]) => new Host(name, at(config.hosts, name), encrypted, after);
  const hosts = config.rollout
    ? inWaves(names, config.rollout, make, ({ bridges }) => Object.values(bridges))
    : mapValues(config.hosts, (_, name) => make(name, []));
  const vms = mapValues(config.vms, (vm, name) => vmNics(name, vm, at(hosts, vm.host)));
  return { hosts: mapValues(hosts, (host, name) => host.summary(name)), vms };
}

/** A host's bridges, if it is given any, and its networks. */
class Host {
  readonly connection: HostConfig["connection"] | pulumi.Output<HostConfig["connection"]>;
  readonly bridges: Readonly<Record<string, HostBridge>>;
  private readonly networks: Readonly<Record<string, BridgeNetwork>>;
  private readonly taps: Readonly<Record<string, resources.Tap>>;
  readonly nics: VmNic[] = [];

  constructor(
    name: string,
    private readonly config: HostConfig,
    encrypted: boolean,
    after: readonly pulumi.Resource[],
  ) {
    this.connection = encrypted ? pulumi.secret(config.connection) : config.connection;
    this.bridges = makeBridges(name, config, this.connection, after);
    this.networks = mapValues(config.networks, ({ bridge, ...options }, network) => {
      const args = { name: network, ...options, ...this.on(bridge) };
      return new BridgeNetwork(`${name}/${network}`, args);
    });
    this.taps = mapValues(config.taps, ({ bridge, ...options }, tap) => {
      const on = this.on(bridge);
      const port = on.connection ? on : { bridge: on.bridge.name, connection: on.bridge.connection };
      return new resources.Tap(`${name}/${tap}`, { name: tap, ...options, ...port });
    });
  }

  /** What is on a bridge of this host; on the usual one without a name. One that is made here is waited for. */
  on(bridge = usualBridge(this.config)) {
    if (bridge === undefined) throw new Error("a network without a bridge has passed the check");
    const made = Object.hasOwn(this.bridges, bridge) ? this.bridges[bridge] : undefined;
    return made ? { bridge: made, connection: undefined } : { bridge, connection: this.connection };
  }

  /** Looked at when all that the stack has on it is there. A preview has not mended anything yet, and warns of what there is. */
  private examined(name: string) {
    const { failOn } = this.config;
    if (failOn === undefined || pulumi.runtime.isDryRun()) return {};
    const made = [...Object.values(this.networks), ...Object.values(this.taps), ...this.nics];
    const bridges = Object.values(this.bridges);
    const dependsOn = [...bridges, ...made];
    const connection = bridges.at(-1)?.connection ?? this.connection;
    const { findings } = diagnoseOutput({ connection }, { dependsOn });
    return {
      findings: findings.apply((all) => {
        failFrom(failOn, name, all);
        return all;
      }),
    };
  }

  network(name: string): BridgeNetwork {
    return at(this.networks, name);
  }

  summary(name: string) {
    const { bridge, bridges } = this.config;
    return {
      bridge: bridge && bridgeSummary(at(this.bridges, bridge.name)),
      ...(Object.keys(bridges).length > 0 && {
        bridges: mapValues(bridges, (_, key) => bridgeSummary(at(this.bridges, key))),
      }),
      networks: Object.values(this.networks).map((network) => network.name),
      ...(Object.keys(this.taps).length > 0 && { taps: Object.keys(this.taps) }),
      ...this.examined(name),
    };
  }
}

const bridgeSummary = ({ name, addresses, macAddress }: HostBridge) => ({ name, addresses, macAddress });

function vmNics(name: string, { host: _, domain = name, nics }: VmConfig, host: Host) {
  return mapValues(nics, ({ network, bridge, command, ...options }, key) => {
    const on =
      options.device !== undefined
        ? { connection: host.connection }
        : network === undefined
          ? host.on(bridge)
          : { network: host.network(network) };
    const nic = new VmNic(`${name}/${key}`, { ...options, ...on, domain });
    host.nics.push(nic);
    const { macAddress, ipAddresses, tap } = nic;
    const said = command && guestCommand(`${name}/${key}`, nic, command).stdout;
    return { macAddress, ipAddresses, tap, ...(said && { said }) };
  });
}

function mapValues<T, R>(values: Readonly<Record<string, T>>, map: (value: T, key: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)]));
}

/** The check has seen to it that the reference is there. */
function at<T>(values: Readonly<Record<string, T>>, key: string): T {
  const value = values[key];
  if (value === undefined) throw new Error(`"${key}" has passed the check and is not there`);
  return value;
}
