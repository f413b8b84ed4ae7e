import { z } from "zod";

/** What ends up in error messages, in paths and on the wire: nothing that could pass for something else there. */
const plain = (what: string) =>
  z
    .string()
    .min(1)
    .regex(/^[^\p{C}]{0,255}$/u, `must be ${what}: at most 255 characters, no control characters`);

const reach = {
  host: z
    .string()
    .min(1)
    .regex(/^(?!-)[^\s\p{C}]{0,255}$/u, "must be an address or a name: at most 255 characters, no white space")
    .meta({ description: "The address of the machine, or its name: in DNS, or a Host in ~/.ssh/config." }),
  port: z
    .int()
    .min(1)
    .max(65535)
    .optional()
    .meta({ description: "The port of its SSH server. Default: that in ~/.ssh/config, then 22." }),
  user: plain("the name of a user").optional().meta({
    quiet: true,
    description: "The user to log in as. Default: that in ~/.ssh/config, then the user that runs Pulumi.",
  }),
  password: z.string().optional().meta({ quiet: true, description: "The password of the user.", secret: true }),
  privateKey: z.string().optional().meta({
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
      'What an unknown host key means: "yes" (the default) an error, "accept-new" it is taken and kept from then on, "no" any key is taken. A key that changed is an error in both of the first two. See ssh_config(5).',
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

/** What every resource remembers of its host. */
export const hostOutputs = {
  hostId: z.string().meta({ description: "The host's machine-id (see machine-id(5))." }),
  hostKey: z.string().optional().meta({
    description: 'The host key that was taken with strictHostKeyChecking "accept-new"; another one is an error.',
  }),
};
