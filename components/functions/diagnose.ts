// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.
import * as pulumi from "../sdk";
import { packageOptions } from "../resources/package";
import { askedOf, failFrom } from "../failOn";
import type { Connection, ConnectionArgs, Finding, SelfTest, SelfTestArgs } from "../resources/types";

/** What {@link diagnose} takes. */
export interface DiagnoseArgs {
  /** How the host is reached over SSH. Default, field by field: the provider's configuration. */
  readonly connection?: Connection;
  /** Fails on findings and lists them: "error" where something does not work now, "warning" also where it works by luck. A program in TypeScript goes on, keeps its outputs and ends as failed; in other languages the call is an error. Default: findings are returned, whatever they are. */
  readonly failOn?: "error" | "warning";
  /** Seconds to listen to what the host's links carry, after two ARP probes for each of the host's addresses and its gateway: finds who has the same address, and who is silent. 0: nothing is sent and nothing heard. Default: 0. */
  readonly listen?: number;
  /** Tries each bridge to the LAN as a VM would, as BridgeSelfTest does, at each call, of a preview's too: what fails is a finding. Where an address is given, it is the bridge with the default route that is tried. Default: false. */
  readonly selfTest?: boolean | SelfTest;
}

/** What {@link diagnoseOutput} takes: as {@link diagnose}, with values that may come later. */
export interface DiagnoseOutputArgs {
  /** How the host is reached over SSH. Default, field by field: the provider's configuration. */
  readonly connection?: pulumi.Input<ConnectionArgs>;
  /** Fails on findings and lists them: "error" where something does not work now, "warning" also where it works by luck. A program in TypeScript goes on, keeps its outputs and ends as failed; in other languages the call is an error. Default: findings are returned, whatever they are. */
  readonly failOn?: pulumi.Input<"error" | "warning">;
  /** Seconds to listen to what the host's links carry, after two ARP probes for each of the host's addresses and its gateway: finds who has the same address, and who is silent. 0: nothing is sent and nothing heard. Default: 0. */
  readonly listen?: pulumi.Input<number>;
  /** Tries each bridge to the LAN as a VM would, as BridgeSelfTest does, at each call, of a preview's too: what fails is a finding. Where an address is given, it is the bridge with the default route that is tried. Default: false. */
  readonly selfTest?: pulumi.Input<boolean | SelfTestArgs>;
}

/** What {@link diagnose} gives. */
export interface DiagnoseResult {
  /** The host's machine-id (see machine-id(5)). */
  readonly hostId: string;
  /** What is wrong; what is nearer to the wire comes first. */
  readonly findings: Finding[];
}

/** What is wrong with a host's bridges, networks and VMs: what `kvmnet doctor` says. Changes nothing. An error where the host can't be looked at. */
export function diagnose(args: DiagnoseArgs, options?: pulumi.InvokeOptions): Promise<DiagnoseResult> {
  return pulumi
    .invoke("kvmnet:index:diagnose", askedOf({ ...args }, args?.failOn), { ...packageOptions, ...options })
    .then((result: DiagnoseResult) => failFrom(args?.failOn, result));
}

/**
 * What is wrong with a host's bridges, networks and VMs: what `kvmnet doctor` says. Changes nothing. An error where the host can't be looked at.
 * With an argument that is not known yet, the result is not known either; with a secret one, it is secret.
 */
export function diagnoseOutput(args: DiagnoseOutputArgs, options?: pulumi.InvokeOutputOptions): pulumi.Output<DiagnoseResult> {
  return pulumi.output(args?.failOn).apply((failOn) =>
    pulumi
      .invokeOutput<DiagnoseResult>("kvmnet:index:diagnose", askedOf({ ...args }, failOn), { ...packageOptions, ...options })
      .apply((result) => failFrom(failOn, result)),
  );
}
