import * as pulumi from "@pulumi/pulumi";
import { BridgeNetwork, diagnoseOutput, HostBridge, resources, VmNic } from "../index";
import type { HostConfig, VmConfig } from "./config";
import { guestCommand } from "./guestCommand";
import type { Homelab } from "./readConfig";

/**
 * The hosts and NICs of a homelab, and what a person wants to know of them.
 * Resources are named by their keys: `kvm1`, `kvm1/lan`, `kvm1/tap0`, `web/lan`.
 */
export function homelab({ config, encrypted }: Homelab) {
  const hosts = mapValues(config.hosts, (host, name) => new Host(name, host, encrypted));
  const vms = mapValues(config.vms, (vm, name) => vmNics(name, vm, at(hosts, vm.host)));
  return { hosts: mapValues(hosts, (host) => host.summary()), vms };
}

/** A host's bridge, if it is given one, and its networks. */
class Host {
  readonly connection: HostConfig["connection"] | pulumi.Output<HostConfig["connection"]>;
  private readonly bridge: HostBridge | undefined;
  private readonly networks: Readonly<Record<string, BridgeNetwork>>;
  private readonly taps: Readonly<Record<string, resources.Tap>>;
  readonly nics: VmNic[] = [];

  constructor(
    name: string,
    private readonly config: HostConfig,
    encrypted: boolean,
  ) {
    this.connection = encrypted ? pulumi.secret(config.connection) : config.connection;
    this.bridge = config.bridge && new HostBridge(name, { ...config.bridge, connection: this.connection });
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

  /** What is on a bridge of this host; on the one that is made here without a name, or with the name that it gets. */
  on(bridge: string | undefined) {
    if (this.bridge !== undefined && (bridge === undefined || bridge === this.config.bridge?.name)) {
      return { bridge: this.bridge, connection: undefined };
    }
    if (bridge === undefined) throw new Error("a network without a bridge has passed the check");
    return { bridge, connection: this.connection };
  }

  /** Looked at when all that the stack has on it is there. A preview has not mended anything yet, and warns of what there is. */
  private examined() {
    const { failOn } = this.config;
    if (failOn === undefined || pulumi.runtime.isDryRun()) return {};
    const made = [...Object.values(this.networks), ...Object.values(this.taps), ...this.nics];
    const dependsOn = [...(this.bridge ? [this.bridge] : []), ...made];
    const connection = this.bridge?.connection ?? this.connection;
    return { findings: diagnoseOutput({ connection, failOn }, { dependsOn }).findings };
  }

  network(name: string): BridgeNetwork {
    return at(this.networks, name);
  }

  summary() {
    return {
      bridge: this.bridge && {
        name: this.bridge.name,
        addresses: this.bridge.addresses,
        macAddress: this.bridge.macAddress,
      },
      networks: Object.values(this.networks).map((network) => network.name),
      ...(Object.keys(this.taps).length > 0 && { taps: Object.keys(this.taps) }),
      ...this.examined(),
    };
  }
}

function vmNics(name: string, { host: _, domain = name, nics }: VmConfig, host: Host) {
  return mapValues(nics, ({ network, bridge, command, ...options }, key) => {
    const on = network === undefined ? host.on(bridge) : { network: host.network(network) };
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
