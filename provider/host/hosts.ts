/** The machines that this process talks to: one pooled connection and one lock each. */
export class Hosts {
  /** Ends every connection. */
  close(): void {}
}
