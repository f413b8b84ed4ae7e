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
  valid_life_time: z.number().optional(),
  preferred_life_time: z.number().optional(),
  metric: z.number().optional(),
});

/** `ip -j -d address show`; an entry that a filter left out is an empty object. */
export const links = z.array(
  z.looseObject({
    ifindex: z.number().optional(),
    ifname: z.string().optional(),
    address: z.string().optional(),
    permaddr: z.string().optional(),
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
  }),
);

/** `ip -j -d route show` */
export const routes = z.array(
  z.looseObject({
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
    nexthops: z.array(z.looseObject({ gateway: z.string().optional(), dev: z.string().optional() })).optional(),
  }),
);

/** `ip -j neigh show` */
export const neighbours = z.array(z.looseObject({ dst: z.string().optional(), lladdr: z.string().optional() }));

const jump = z.looseObject({ target: z.string() });

/** One statement of a rule: the first key is its kind. */
const statement = z
  .looseObject({
    match: z.looseObject({ op: z.string().optional(), left: z.unknown(), right: z.unknown() }).optional(),
    jump: jump.optional(),
    goto: jump.optional(),
  })
  .refine((one) => Object.keys(one).length > 0, "a statement of no kind");

/** `nft -j list ruleset`, libnftables-json(5) */
export const ruleset = z.looseObject({
  nftables: z
    .array(
      z.looseObject({
        chain: z
          .looseObject({
            ...{ family: z.string(), table: z.string(), name: z.string() },
            ...{ type: z.string().optional(), hook: z.string().optional(), policy: z.string().optional() },
          })
          .optional(),
        rule: z
          .looseObject({
            ...{ family: z.string(), table: z.string(), chain: z.string() },
            ...{ comment: z.string().optional(), expr: z.array(statement).optional() },
          })
          .optional(),
      }),
    )
    .default([]),
});

/** /var/lib/kvmnet/bridges/<name>.json */
export const record = z.object({
  owner: z.string(),
  uplink: z.string(),
  previousConfig: z.record(z.string(), z.string()),
  found: z.object({ files: z.array(z.string()), macAddress: z.string() }).optional(),
  moved: z.literal(true).optional(),
});

/** @throws Error that says where it is another thing than expected */
export function readJson<T extends z.ZodType>(name: string, shape: T, text: string): z.infer<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`"${name}" is no JSON`);
  }
  const read = shape.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(`"${name}" is not as expected at ${issue?.path.join(".") || "its top"}: ${issue?.message}`);
}
