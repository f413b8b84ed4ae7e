import { decode, type Values } from "../codec/decode";
import { encode } from "../codec/encode";
import type { Secrets } from "../codec/secrets";
import type { Lifecycle } from "../resources/lifecycle";
import { type Properties, propertiesOf } from "../schema/shape";
import { stateOf } from "../schema/state";
import { UNKNOWN } from "../schema/unknown";
import { validate } from "./validate";
import { visibleText } from "./visibleText";

type Struct = ReturnType<typeof encode>;

/** A lifecycle of whatever kind: the server moves values between it and the engine and looks at none. */
export type AnyLifecycle = Lifecycle<Values, Values>;

/** A lifecycle with what its definition says, read once. */
export class ResourceType {
  readonly inputs: Properties;
  readonly state: Properties;

  constructor(readonly lifecycle: AnyLifecycle) {
    this.inputs = propertiesOf(lifecycle.definition.inputs);
    this.state = stateOf(lifecycle.definition);
  }

  get name(): string {
    return this.lifecycle.definition.name;
  }

  /** Inputs from a state, and whether it has any. An older kvmnet may have written them, which had not every default. */
  oldInputs(struct: Struct | undefined): { values: Values; secrets: Secrets; given: boolean } {
    const { values, secrets } = decode(struct);
    const now = validate(this.lifecycle.definition.inputs, values);
    const filled = now.wrong.length === 0 ? (now.value as Values) : values;
    return { values: filled, secrets, given: Object.keys(values).length > 0 };
  }

  encodeInputs(values: Values, secrets: Secrets): Struct {
    return encode(values, this.inputs, secrets);
  }

  /** The state without the inputs that are no outputs. In a preview, what the lifecycle leaves out is not known yet. */
  encodeState(values: Values, secrets: Secrets, preview = false): Struct {
    const inputOnly: readonly string[] = this.lifecycle.definition.inputOnly;
    const state = Object.fromEntries(Object.entries(values).filter(([key]) => !inputOnly.includes(key)));
    // Sentences for people, in which a host speaks. All else is what kvmnet goes by.
    if (Array.isArray(state.drift)) state.drift = state.drift.map((sentence) => visibleText(String(sentence)));
    if (preview) {
      const lacking = Object.keys(this.state).filter((key) => this.state[key]?.required && state[key] === undefined);
      for (const key of lacking) state[key] = UNKNOWN;
    }
    return encode(state, this.state, secrets);
  }
}
