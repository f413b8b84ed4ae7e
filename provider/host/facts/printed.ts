import { z } from "zod";

/**
 * What the host's own tools print as JSON, as far as it is read here. They are trusted to mean what they say, not to say
 * it in the shape that is known today: another shape is an error by its place, not a wrong fact.
 */
const address = z.looseObject({
  family: z.enum(["inet", "inet6"]),
  local: z.string().optional(),
  prefixlen: z.number().optional(),
  scope: z.string().optional(),
  broadcast: z.string().optional(),
  address: z.string().optional(),
  label: z.string().optional(),
  valid_life_time: z.number().optional(),
  preferred_life_time: z.number().optional(),
  metric: z.number().optional(),
});

/** One of `ip -j -d address show`; an entry that a filter left out is an empty object. */
export const link = z.looseObject({
  ifindex: z.number().optional(),
  ifname: z.string().optional(),
  address: z.string().optional(),
  permaddr: z.string().optional(),
  altnames: z.array(z.string()).optional(),
  mtu: z.number().optional(),
  stats64: z.looseObject({ rx: z.looseObject({ packets: z.number() }) }).optional(),
  master: z.string().optional(),
  flags: z.array(z.string()).optional(),
  linkinfo: z
    .looseObject({
      info_kind: z.string().optional(),
      info_data: z.looseObject({ stp_state: z.number().optional(), forward_delay: z.number().optional() }).optional(),
    })
    .optional(),
  addr_info: z.array(address.or(z.strictObject({}))).optional(),
});

/** One of `bridge -j -compressvlans vlan show` */
export const portVlans = z.looseObject({
  ifname: z.string(),
  vlans: z.array(
    z.looseObject({
      vlan: z.int().min(0).max(4095),
      vlanEnd: z.int().min(0).max(4095).optional(),
      flags: z.array(z.string()).optional(),
    }),
  ),
});

/** What ip says of a link's XDP program, and one of `tc -j filter show`. */
export const xdp = z.looseObject({
  mode: z.number().optional(),
  prog: z.looseObject({ id: z.number(), name: z.string().optional() }),
});
export const tcFilter = z.looseObject({
  kind: z.string(),
  pref: z.number().optional(),
  options: z
    .looseObject({
      bpf_name: z.string().optional(),
      "direct-action": z.boolean().optional(),
      actions: z
        .array(
          z.looseObject({
            kind: z.string(),
            mirred_action: z.string().optional(),
            to_dev: z.string().optional(),
            control_action: z.looseObject({ type: z.string() }).optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

const hopVia = z.looseObject({ family: z.enum(["inet", "inet6"]), host: z.string() });

/** One of `ip -j -d route show` */
export const route = z.looseObject({
  type: z.string().optional(),
  dst: z.string(),
  gateway: z.string().optional(),
  dev: z.string().optional(),
  protocol: z.string().optional(),
  scope: z.string().optional(),
  prefsrc: z.string().optional(),
  metric: z.number().optional(),
  table: z.string().optional(),
  expires: z.number().optional(),
  flags: z.array(z.string()).optional(),
  via: hopVia.optional(),
  metrics: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())]))).optional(),
  pref: z.string().optional(),
  tos: z.string().optional(),
  nexthops: z
    .array(
      z.looseObject({
        gateway: z.string().optional(),
        via: hopVia.optional(),
        dev: z.string().optional(),
        weight: z.number().optional(),
        flags: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});

/** One of `ip -j neigh show` */
export const neighbour = z.looseObject({
  dst: z.string().optional(),
  dev: z.string().optional(),
  lladdr: z.string().optional(),
  state: z.array(z.string()).optional(),
});

/** One of `ip -j route get` */
export const wayTo = z.looseObject({ gateway: z.string().optional(), dev: z.string().optional() });

const jump = z.looseObject({ target: z.string() });

/** One statement of a rule: the first key is its kind. What nft has no JSON for, it prints as text: `jump { ... }`. */
const statement = z
  .looseObject({
    match: z.looseObject({ op: z.string().optional(), left: z.unknown(), right: z.unknown() }).optional(),
    jump: jump.optional(),
    goto: jump.optional(),
  })
  .refine((one) => Object.keys(one).length > 0, "a statement of no kind")
  .or(z.string());

/** A chain and a rule of `nft -j list ruleset`, libnftables-json(5) */
export const chain = z.looseObject({
  ...{ family: z.string(), table: z.string(), name: z.string() },
  ...{ type: z.string().optional(), hook: z.string().optional(), policy: z.string().optional() },
});
export const rule = z.looseObject({
  ...{ family: z.string(), table: z.string(), chain: z.string() },
  ...{ comment: z.string().optional(), expr: z.array(z.unknown()).optional() },
});
export const expression = z.array(statement);

/** What kvmnet keeps of each thing, whose it is. */
export const mark = z.object({
  owner: z.string(),
  ownerId: z.string().optional(),
  made: z.string().optional(),
  pending: z.literal(true).optional(),
  replaces: z.literal(true).optional(),
  before: z.record(z.string(), z.unknown()).optional(),
});

/** What kvmnet keeps of a bridge beside whose it is. */
export const bridgeKept = z.object({
  uplink: z.string(),
  previousConfig: z.record(z.string(), z.string()),
  found: z
    .object({
      files: z.array(z.string()),
      macAddress: z.string(),
      timers: z.object({ stp: z.boolean(), forwardDelay: z.number() }).optional(),
    })
    .optional(),
  moved: z.literal(true).optional(),
  vlan: z.object({ link: z.string(), vlan: z.int() }).optional(),
});

/** /var/lib/kvmnet/bridges/<name>.json */
export const record = mark.extend(bridgeKept.shape);
