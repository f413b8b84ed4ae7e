import {
  BaseAgent,
  createAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
  utils,
} from "ssh2";
import { agentKeys } from "./agentKeys";
import { isCredential } from "./credential";
import { fingerprint, typeOf } from "./publicKey";

/** An agent's keys: those that the config names first, or only those; what it offers, and what it has that can't be used, is told. */
export class SelectiveAgent extends BaseAgent {
  readonly #agent: BaseAgent;

  constructor(
    private readonly socket: string,
    /** Public key blobs in base64. */
    private readonly wanted: readonly string[],
    private readonly only: boolean,
    private readonly addTried: (said: readonly string[]) => void,
  ) {
    super();
    this.#agent = createAgent(socket);
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    this.#agent.getIdentities(async (error, keys = []) => {
      if (error) {
        this.addTried([`no answer from the agent at ${this.socket} (${(error as Error).message})`]);
        return callback(null as never, []);
      }
      const parsed = (keys as ParsedKey[]).map((key) => {
        const one = utils.parseKey(key as never);
        return one instanceof Error ? key : (one as unknown as ParsedKey);
      });
      const rank = (key: ParsedKey) => (this.wanted.includes(key.getPublicSSH().toString("base64")) ? 0 : 1);
      const offered = parsed.filter((key) => !this.only || rank(key) === 0).sort((a, b) => rank(a) - rank(b));
      const passedOver = await this.#passedOver(parsed);
      this.addTried([...offered.map((key) => `the agent's ${fingerprint(key.getPublicSSH())}`), ...passedOver]);
      callback(null as never, offered);
    });
  }

  /** What can't be used at all; certificates and keys of FIDO tokens have a way of their own. */
  async #passedOver(parsed: readonly ParsedKey[]): Promise<string[]> {
    const usable = new Set(parsed.map((key) => key.getPublicSSH().toString("base64")));
    const others = (await agentKeys(this.socket)).filter(
      (blob) => !usable.has(blob.toString("base64")) && !isCredential(blob),
    );
    return others.map((blob) => `not the agent's ${fingerprint(blob)}: kvmnet can't use ${typeOf(blob)}`);
  }

  override sign(
    key: never,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    this.#agent.sign(key, data, options as SigningRequestOptions, callback as SignCallback);
  }
}
