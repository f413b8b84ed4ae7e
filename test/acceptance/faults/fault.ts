import type { HostOptions } from "../../lab/hostSpec";
import { held, letGo, type Step } from "../../lab/strike";
import { deadGateway, lifted, noOutgoing } from "../../lab/wall";
import type { Scene } from "./scene";

/** How a change that was struck ends: undone by the host; there, as planned; or never begun. */
export type Outcome = "rolled back" | "confirmed" | "refused";

/** A row of the matrix: what strikes, and how it ends at each step that it can strike at. */
export interface Fault {
  readonly name: string;
  /** One of them is run where the seed has the row, as the seed has it; all by `make test-all`. */
  readonly cells: readonly Cell[];
  /** Why there are no others. */
  readonly otherwise: string;
  /** It strikes the other kinds of change, too, and they end as the first `up` does. */
  readonly everyChange?: boolean;
  /** What the connection has besides the host's address and `user: "root"`. */
  readonly connection?: object;
  /** What the host runs in; a container if not said. */
  readonly kind?: HostOptions["kind"];
  readonly addressing?: HostOptions["addressing"];
  /** Seconds of `confirm.timeout`, for a cell that ends so. Default: 10. */
  readonly window?: (ends: Outcome) => number;
  /** Before the change that is struck: what has to be there. */
  prepare?(scene: Scene): Promise<void>;
  /** What the strike itself adds to the host's network, by the lines of its picture. */
  readonly adds?: RegExp;
  /** Run by a shell on the host at the step. */
  readonly strike?: string | ((step: Step) => string);
  /** Once it has struck: what is done from outside. */
  outside?(scene: Scene): Promise<void>;
  /** Once the host is through: the fault goes away. */
  over?(scene: Scene): Promise<void>;
  /** Nobody is left to end the change: the next `up` does. */
  readonly endedByNextUp?: boolean;
  /** Milliseconds until nothing is armed any more, from the strike or from when the host is on again. Default: the window and 2 s, and 15 s of an emulated machine or with its boot. */
  readonly within?: number;
  /** The host is off for a while: where that is longer than the struck `up` waits for it, the next one says what happened. */
  readonly restarts?: boolean;
  /** What the next `up` says of it. */
  readonly nextSays?: RegExp;
  /** Two engines strike each other: either may be the one that makes the change. */
  readonly rivals?: boolean;
  /** After the next `up`, and before the restart that changes nothing. */
  planned?(scene: Scene): Promise<void>;
  /** It needs a disk in memory: a restart would leave nothing of what was written. */
  inMemory?: boolean;
  /** At the end. */
  after?(scene: Scene): Promise<void>;
}

export interface Cell {
  readonly at: Step;
  readonly ends: Outcome;
  /** What the struck `up` says; without an engine it says nothing. */
  readonly says?: RegExp;
}

export const whileHeld = (action: (scene: Scene) => Promise<void>) => async (scene: Scene) => {
  await action(scene);
  await scene.host.must(letGo);
};

/** Drops what comes in over SSH, or what goes out to the gateway, until `lift`. */
export const wall =
  "nft add table inet wall; nft 'add chain inet wall in { type filter hook input priority 0; }'; nft add rule inet wall in tcp dport 22 drop";
export { deadGateway, held, noOutgoing };

export async function lift({ host }: Scene): Promise<void> {
  await host.must(lifted);
}

/** Its files can't be given back while that lasts; a restart ends it. */
export const readOnly = "mount --bind /etc/netplan /etc/netplan && mount -o remount,ro,bind /etc/netplan";

export const gatewayDied = /the gateway 192\.0\.2\.1 does not answer ping/;

/** Past the wall for a moment: the engine's packets wait, and none is lost for good. */
export const paused = (action: (scene: Scene) => void | Promise<void>) => async (scene: Scene) => {
  await action(scene);
  await lift(scene);
};

export const vm = { name: "web", nic: { bridge: "br0" } };

export const tapInBridge = async (scene: Scene) => {
  expect(await scene.picture()).toMatch(/vnet\d+ in br0/);
};
