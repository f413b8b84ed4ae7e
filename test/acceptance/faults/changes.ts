import type { StartedCommand } from "../../lab/command";
import { CommandLine } from "../../lab/commandLine";
import type { HostOptions } from "../../lab/hostSpec";
import { succeeds } from "../../lab/succeeds";
import type { Scene } from "./scene";

/** A change of a host's network that is struck. */
export interface Change {
  readonly name: string;
  /** What the host is, besides what it is for the first `up`. */
  readonly host?: Partial<HostOptions>;
  /** What is there before, and what the program wants then. */
  prepare?(scene: Scene): Promise<void>;
  /** Seconds of its `confirm.timeout`, where that can't be said. */
  readonly window?: number;
  /** What a hand does to the kernel then, by a shell: it is gone with a restart. */
  readonly byHand?: string;
  /** What is run, and is run again by who finds it undone; `up` if not said. */
  readonly run?: {
    start(scene: Scene): StartedCommand | Promise<StartedCommand>;
    again(scene: Scene): ReturnType<Scene["stack"]["up"]>;
  };
  /** The host's address once it is there, where that is another one. */
  readonly address?: string;
  /** Whether the host is as planned, by what `Scene.picture` prints. */
  isPlanned(now: string): boolean;
}

const gateway = { routes: [{ to: "default", via: "192.0.2.1" }], nameservers: ["192.0.2.1"] };
const installers = (enp1s0: string, more: string) => `network:
  version: 2
  ethernets:
    enp1s0:${enp1s0}
${more}`;
const addressing = `
      addresses: [192.0.2.100/24]
      routes: [{ to: default, via: 192.0.2.1 }]
      nameservers: { addresses: [192.0.2.1] }`;

/** The host's address on the bridge, the NIC in it, the default route over it. */
const bridged =
  ({ bridge = "br0", port = "enp1s0", address = String.raw`(\d+\.){3}\d+`, file = "80-kvmnet" } = {}) =>
  (now: string): boolean =>
    new RegExp(`^${bridge} .* ${address}/24`, "m").test(now) &&
    !/^enp\ds0 .*\/24/m.test(now) &&
    new RegExp(`^default via 192\\.0\\.2\\.1 dev ${bridge}`, "m").test(now) &&
    now.includes(`/${port} in ${bridge}`) &&
    now.includes(`${file}-${bridge}.yaml`) &&
    now.includes(`/var/lib/kvmnet/bridges/${bridge}`) &&
    now.match(/\/enp\ds0 in br/g)?.length === 1 &&
    !now.includes("kvmnet-boot");

export const firstUp: Change = { name: "first up", isPlanned: bridged() };

/** Not struck: it may take its time. */
const updated = (bridge: object) => async (scene: Scene) => {
  await scene.configure({ confirm: { timeout: 60 } });
  await succeeds(scene.stack.up());
  await scene.configure(bridge);
};

const fix = ["doctor", "--fix", "--yes", "--listen", "0"];

export const laterChanges: readonly Change[] = [
  {
    name: "destroy",
    prepare: updated({}),
    run: { start: ({ stack }) => stack.startDestroy(), again: ({ stack }) => stack.destroy() },
    isPlanned: (now) =>
      /^enp1s0 .* 192\.0\.2\.100\/24/m.test(now) &&
      !/^br0 /m.test(now) &&
      /^default via 192\.0\.2\.1 dev enp1s0/m.test(now) &&
      !now.includes("kvmnet"),
  },
  { name: "rename", prepare: updated({ name: "br1" }), isPlanned: bridged({ bridge: "br1" }) },
  {
    name: "another uplink",
    host: { extraNics: ["enp2s0"], netplan: installers(addressing, "    enp2s0: {}\n") },
    prepare: updated({ uplink: "enp2s0" }),
    isPlanned: bridged({ port: "enp2s0" }),
  },
  {
    name: "address change",
    prepare: updated({ addressing: { addresses: ["192.0.2.101/24"], ...gateway } }),
    address: "192.0.2.101",
    isPlanned: bridged({ address: String.raw`192\.0\.2\.101` }),
  },
  {
    name: "doctor --fix",
    window: 60,
    // On a host that is well but for that.
    prepare: async ({ stack }) => {
      await stack.configure({ hosts: { kvm1: { bridge: {} } } });
      await succeeds(stack.up());
    },
    byHand: "ip address add 192.0.2.99/32 dev enp1s0",
    run: {
      start: async ({ host }) => (await CommandLine.of(host)).start(...fix, host.address),
      again: async ({ host }) => (await CommandLine.of(host)).run(...fix, host.address),
    },
    isPlanned: (now) => bridged()(now) && !now.includes("192.0.2.99"),
  },
  {
    name: "adoption",
    host: {
      netplan: installers(
        " {}",
        `  bridges:
    br0:
      interfaces: [enp1s0]
      parameters: { stp: false, forward-delay: 4 }${addressing}
`,
      ),
    },
    prepare: (scene) => scene.configure({ uplink: "enp1s0" }),
    isPlanned: bridged(),
  },
];
