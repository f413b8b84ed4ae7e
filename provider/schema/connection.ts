import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { isUnknown } from "./unknown";

/** What ends up in error messages, in paths and on the wire: nothing that could pass for something else there. */
const plain = (what: string) =>
  z
    .string()
    .min(1)
    .regex(/^[^\p{C}]{0,255}$/u, `must be ${what}: at most 255 characters, no control characters`);

/** A text that is the path of a file, where that of the file is meant. */
const isPath = (text: string) =>
  /^\s*(file:|~|\.{0,2}\/|\.{0,2}\\|[A-Za-z]:\\|\$)[^\n]*$/.test(text) ||
  /^\s*[^\s]*(id_[a-z0-9_]+|\.(pem|key|ppk|pub))\s*$/.test(text);

const keyAsText =
  "must be the text of a key, and this is the path of a file. Leave it out, and name the file as IdentityFile in ~/.ssh/config, or have it in an agent; or give what is in the file: readFileSync in TypeScript, fn::readFile in YAML, `pulumi config set --secret --path … <FILE` for a config";

/** No user of any system has a colon in the name (passwd(5)), and what stands after one may be a password. */
const user = plain("the name of a user").regex(
  /^[^:]*$/,
  "must be the name of a user alone: a password belongs into `password`",
);

const reach = {
  host: z
    .string()
    .min(1)
    .regex(/^(?!-)[^\s\p{C}]{0,255}$/u, "must be an address or a name: at most 255 characters, no white space")
    .regex(/^(?!\w+:\/\/)/, "must be an address or a name alone, not a URL")
    .regex(/^[^@]*$/, "must be an address or a name alone: what stands before the @ belongs into `user`")
    .regex(/^(?![^:]+:\d+$)(?!\[)/, "must be an address or a name alone: the port belongs into `port`")
    .meta({ description: "The address of the machine, or its name: in DNS, or a Host in ~/.ssh/config." }),
  port: z
    .int()
    .min(1)
    .max(65535)
    .optional()
    .meta({ description: "The port of its SSH server. Default: that in ~/.ssh/config, then 22." }),
  user: user.optional().meta({
    quiet: true,
    description: "The user to log in as. Default: that in ~/.ssh/config, then the user that runs Pulumi.",
  }),
  password: z.string().optional().meta({ quiet: true, description: "The password of the user.", secret: true }),
  privateKey: z
    .string()
    .refine((text) => !isPath(text), keyAsText)
    .refine(
      (text) => !/^\s*((ssh|ecdsa|sk)-\S+ +AAAA|---- BEGIN SSH2 PUBLIC)/.test(text),
      "must be the private key: this is the public one, of the file that ends with .pub",
    )
    .optional()
    .meta({
      quiet: true,
      description: "The text of an SSH private key. Default: the SSH agent, then the files that ssh would take.",
      secret: true,
    }),
  privateKeyPassword: z
    .string()
    .optional()
    .meta({ quiet: true, description: "The password of an encrypted private key.", secret: true }),
  agentSocketPath: plain("the path of a socket")
    .optional()
    .meta({ quiet: true, description: "The socket of the SSH agent. Default: SSH_AUTH_SOCK." }),
  hostKey: z
    .string()
    .trim()
    .regex(
      /^([\w@.-]+ +)?AAAA[A-Za-z0-9+/]*=*( +[^\p{C}]{0,255})?$/u,
      'must be a public key as in known_hosts: "ssh-ed25519 AAAA…", not its fingerprint',
    )
    .optional()
    .meta({
      quiet: true,
      description: "The host's public key, as in known_hosts (`ssh-ed25519 AAAA…`). Default: known_hosts.",
    }),
  dialErrorLimit: z
    .int()
    .min(-1)
    .optional()
    .meta({ quiet: true, description: "How many dials may fail before it is an error; -1: no limit. Default: 10." }),
  perDialTimeout: z
    .int()
    .min(0)
    .optional()
    .meta({ quiet: true, description: "Seconds that one dial may take; 0: no limit. Default: 15." }),
  strictHostKeyChecking: z.enum(["yes", "accept-new", "no"]).optional().meta({
    quiet: true,
    description:
      'What an unknown host key means: "yes" (the default) an error, "accept-new" it is taken and kept from then on, "no" any key is taken. A key that is not the stack\'s record of the host, not `hostKey`, or revoked, is an error whatever it says. See ssh_config(5).',
  }),
};

const proxy = z
  .strictObject(reach)
  .meta({ description: "A jump host: the way to the host goes through its SSH server.", typeName: "Proxy" });

const sudo = z
  .strictObject({
    password: z
      .string()
      .min(1)
      .regex(/^[^\n\r\0]*$/, "must be one line: sudo reads no further")
      .meta({ secret: true, description: "The password that sudo asks the user for." }),
  })
  .meta({ description: "sudo with a password.", typeName: "Sudo" });

/** How a host is reached: the fields of `@pulumi/command`'s `remote.ConnectionArgs`, and two of kvmnet's own. What is left out comes from ~/.ssh/config. */
export const connection = z
  .strictObject({
    ...reach,
    proxy: proxy.optional().meta({
      secret: true,
      description:
        "A jump host on the way, like ssh's ProxyJump. Its host key is checked as well. Default: ProxyJump in ~/.ssh/config.",
    }),
    sudo: z.union([z.boolean(), sudo]).optional().meta({
      quiet: true,
      secret: true,
      description:
        "How a user other than root becomes root: true, by sudo without a password; { password }, by sudo with one. Default: not at all.",
    }),
  })
  .meta({ description: "How the host is reached over SSH.", typeName: "Connection" });

export type Connection = z.infer<typeof connection>;

/** What is said of it in one place: the rest comes from the provider's configuration. */
export const connectionParts = connection.partial({ host: true }).meta({
  description:
    "How a host is reached over SSH. Each field that a resource leaves out is the one of the provider's own `connection`, then of ~/.ssh/config.",
  typeName: "Connection",
});

/** A resource's or a function's. The type is that of all of it: a lifecycle is given what the server has filled in. */
export const resourceConnection = connectionParts.optional().meta({
  description: "How the host is reached over SSH. Default, field by field: the provider's configuration.",
}) as unknown as typeof connection;

/** The fields that a resource says, and for each that it leaves out the provider's. `proxy` and `sudo` are taken as a whole. */
export const withDefaults = (own: unknown, defaults: Partial<Connection>): unknown =>
  isUnknown(own) ? own : { ...defaults, ...(own as object | undefined) };

/** Inputs with all of their connection. */
export const whole = <I extends Readonly<Record<string, unknown>>>(inputs: I, defaults: Partial<Connection>): I => ({
  ...inputs,
  connection: withDefaults(inputs.connection, defaults),
});

/** What of a connection a program has to say where the provider says the rest: the host, for people, and what is other. */
export function withoutDefaults(connection: Partial<Connection>, defaults: Partial<Connection>): Partial<Connection> {
  const said = Object.entries(connection).filter(
    ([key, value]) => key === "host" || !isDeepStrictEqual(value, defaults[key as keyof Connection]),
  );
  return Object.fromEntries(said);
}

/** What every resource remembers of its host. */
export const hostOutputs = {
  hostId: z.string().meta({ description: "The host's machine-id (see machine-id(5))." }),
  hostKey: z.string().optional().meta({
    description:
      "The host's key, as it was verified: this stack's record of which machine it is. Another key is an error, unless `connection.hostKey` or known_hosts has it.",
  }),
};
