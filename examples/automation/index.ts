// npx tsx index.ts up|destroy kvm1.example [path of a policy pack]
// The plugin has to be installed: pulumi plugin install resource kvmnet …
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { Bridge, BridgeNetwork, HostBridge, VmNic } from "pulumi-kvmnet";

/** What all of our stacks have in common, for each resource, those in components too; what a resource says itself stays. */
function shareSettings() {
  pulumi.runtime.registerResourceTransform(({ type, custom, props, opts }) => {
    if (!custom || !type.startsWith("kvmnet:")) return undefined;
    const ours = { user: "root", strictHostKeyChecking: "yes" };
    const connection = pulumi.output(props.connection).apply((its) => ({ ...ours, ...its }));
    const confirm = type === Bridge.type ? { confirm: { timeout: 90, ...props.confirm } } : {};
    return { props: { ...props, ...confirm, connection }, opts };
  });
}

/** What each host of ours has: a component of one's own, with kvmnet's in it. */
class LanHost extends pulumi.ComponentResource {
  readonly network: pulumi.Output<string>;
  readonly connection: BridgeNetwork["connection"];

  constructor(name: string, { host }: { host: string }, options?: pulumi.ComponentResourceOptions) {
    super("ours:index:LanHost", name, {}, options);
    const bridge = new HostBridge(name, { connection: { host } }, { parent: this });
    const lan = new BridgeNetwork("lan", { bridge }, { parent: this });
    this.network = lan.name;
    this.connection = lan.connection;
    this.registerOutputs({ network: this.network });
  }
}

/** The stack of those who run the hosts. */
async function hosts(host: string) {
  shareSettings();
  const { network, connection } = new LanHost("kvm1", { host });
  return { network, connection };
}

/** That of those who run VMs on them. */
async function vms() {
  shareSettings();
  const theirs = new pulumi.StackReference("organization/hosts/home");
  const web = new VmNic("web", {
    domain: "web",
    network: theirs.requireOutput("network"),
    connection: theirs.requireOutput("connection"),
  });
  return { macAddress: web.macAddress, ipAddresses: web.ipAddresses };
}

async function main([what, host = "", policyPack]: string[]) {
  const policyPacks = policyPack ? [policyPack] : [];
  const stacks = [
    { projectName: "hosts", program: () => hosts(host) },
    { projectName: "vms", program: vms },
  ];
  for (const of of what === "destroy" ? stacks.reverse() : stacks) {
    const stack = await LocalWorkspace.createOrSelectStack({ stackName: "home", ...of });
    if (what === "destroy") await stack.destroy({ onOutput: console.log });
    else await stack.up({ onOutput: console.log, policyPacks });
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
