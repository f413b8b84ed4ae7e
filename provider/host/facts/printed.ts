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
    flags: z.array(z.string()).optional(),
  }),
);

/** /var/lib/kvmnet/bridges/<name>.json */
export const record = z.object({
  owner: z.string(),
  uplink: z.string(),
  previousConfig: z.record(z.string(), z.string()),
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
