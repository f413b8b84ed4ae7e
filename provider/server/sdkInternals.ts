import * as server from "@pulumi/pulumi/provider/server";
import * as settings from "@pulumi/pulumi/runtime/settings";
import * as state from "@pulumi/pulumi/runtime/state";

/** What the SDK's own provider server is made of and does not declare: its classes' way of constructing a component. */
interface Internals {
  /** Gives what runs in it settings and resource registrations of its own. */
  withLocalStorage<T>(run: () => Promise<T>): Promise<T>;
  awaitFeatureSupport(): Promise<void>;
  /** Ends when all that was registered is. */
  waitForRPCs(): Promise<void>;
  /** A component's inputs, with their dependencies and secrets as outputs. */
  deserializeInputs(inputs: unknown, dependencies: unknown): Promise<Record<string, unknown>>;
}

export const { withLocalStorage, awaitFeatureSupport, waitForRPCs, deserializeInputs } = {
  ...state,
  ...settings,
  ...server,
} as unknown as Internals;
