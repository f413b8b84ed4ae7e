import {
  BaseAgent,
  createAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
  utils,
} from "ssh2";

/** An agent's keys: those that the config names first, or only those; what it has is told. */
export class SelectiveAgent extends BaseAgent {
  readonly #agent: BaseAgent;

  constructor(
    socket: string,
    /** Public key blobs in base64. */
    private readonly wanted: readonly string[],
    private readonly only: boolean,
    private readonly tell: (keys: readonly Buffer[]) => void,
  ) {
    super();
    this.#agent = createAgent(socket);
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    this.#agent.getIdentities((error, keys = []) => {
      if (error) {
        this.tell([]);
        return callback(null as never, []);
      }
      const parsed = (keys as ParsedKey[]).map((key) => {
        const one = utils.parseKey(key as never);
        return one instanceof Error ? key : (one as unknown as ParsedKey);
      });
      const rank = (key: ParsedKey) => (this.wanted.includes(key.getPublicSSH().toString("base64")) ? 0 : 1);
      const offered = parsed.filter((key) => !this.only || rank(key) === 0).sort((a, b) => rank(a) - rank(b));
      this.tell(offered.map((key) => key.getPublicSSH()));
      callback(null as never, offered);
    });
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
