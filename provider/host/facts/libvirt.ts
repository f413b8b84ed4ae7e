export interface Libvirt {
  readonly networks: readonly LibvirtNetwork[];
  readonly domains: readonly LibvirtDomain[];
  /** virsh is there, but libvirt did not answer it. */
  readonly silent: boolean;
}

/** What a network's XML says of where its NICs go. */
export interface NetworkForward {
  readonly forward: string | undefined;
  readonly bridge: string | undefined;
  /** The host's NICs that it goes out by; of one without a bridge, those on it are macvtaps on these. */
  readonly devices?: readonly string[] | undefined;
}

/** As it is now; of one that is not active, as it will be. */
export interface LibvirtNetwork extends NetworkForward {
  readonly name: string;
  readonly uuid: string;
  readonly active: boolean;
  readonly persistent: boolean;
  readonly autostart: boolean;
  /** The bridge of its definition, for the network's next start. */
  readonly definedBridge: string | undefined;
  /** Of what runs; of one that is not active, of its definition. */
  readonly xml: string;
  /** Of its definition. */
  readonly definition: string;
}

export interface LibvirtDomain {
  readonly name: string;
  readonly uuid: string;
  readonly running: boolean;
  /** It runs, and its guest stands still: paused, or suspended by itself. */
  readonly paused?: true;
  /** It has no definition: `virsh create` started it, and it is gone once it stops. */
  readonly transient?: true;
  /** It is off, and its next start goes on from what `virsh managedsave` kept, definition and all. */
  readonly saved?: true;
  /** Of the running machine. */
  readonly live: readonly LibvirtNic[];
  /** Of its definition, for the next start. */
  readonly inactive: readonly LibvirtNic[];
}

export interface LibvirtNic {
  readonly mac: string;
  readonly type: string;
  readonly network: string | undefined;
  readonly bridge: string | undefined;
  /** Of a NIC of type "direct", a macvtap: the host's NIC that it is on. */
  readonly device: string | undefined;
  readonly model: string | undefined;
  readonly tap: string | undefined;
  readonly linkState: "up" | "down";
  /** All of its XML, what kvmnet has no words for too: an update takes away what it does not say. */
  readonly element: XmlElement;
}

/** An XML element as fast-xml-parser reads it: attributes as "@name". */
export type XmlElement = Readonly<Record<string, unknown>>;
