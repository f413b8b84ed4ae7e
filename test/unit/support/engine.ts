import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

type Outputs = (resource: { type: string; name: string; inputs: Record<string, unknown> }) => Record<string, unknown>;

/**
 * Pulumi's own mocks in place of the engine, with a record of what was registered.
 * Outputs default to the inputs and what a host would add; `outputs` overrides.
 */
export class FakeEngine {
  readonly registered: Registered[] = [];

  private constructor(private readonly outputs: Outputs) {}

  static async start({
    outputs = () => ({}),
    preview = false,
    answers = {},
  }: {
    outputs?: Outputs;
    preview?: boolean;
    answers?: object;
  } = {}) {
    const engine = new FakeEngine(outputs);
    await pulumi.runtime.setMocks(
      {
        call: () => answers,
        newResource: ({ type, name, inputs, custom }) => {
          engine.registered.push({ type, name, inputs });
          if (!custom) return { id: undefined, state: {} };
          const state = { ...inputs, ...hostGives(type), ...engine.outputs({ type, name, inputs }) };
          return { id: preview ? undefined : `${name}-id`, state };
        },
      },
      "homelab",
      "test",
      preview,
    );
    return engine;
  }

  /** The one resource of this type, or of this type and name. */
  resource(type: string, name?: string): Registered {
    const found = this.registered.filter((one) => one.type === type && (name === undefined || one.name === name));
    const [only] = found;
    if (found.length !== 1 || only === undefined) throw new Error(`${found.length} of ${type} ${name ?? ""}`);
    return only;
  }
}

function hostGives(type: string): Record<string, unknown> {
  switch (type) {
    case "kvmnet:index:Bridge":
      return { name: "br0", addresses: ["192.0.2.100/24"], macAddress: "52:54:00:00:00:01" };
    case "kvmnet:index:Nic":
      return { macAddress: "52:54:00:00:00:02", ipAddresses: ["192.0.2.150"], tap: "vnet0" };
    default:
      return {};
  }
}

/** What an output resolves to. */
export function resolved<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => pulumi.output(output).apply((value) => resolve(value as pulumi.Unwrap<T>)));
}

/** Lets what hangs on outputs register. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}
