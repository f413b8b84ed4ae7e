const { secret } = require("@pulumi/pulumi");
const { readFileSync } = require("node:fs");
const kvmnet = require("pulumi-kvmnet");

const { name, make, args, fromConfig } = JSON.parse(readFileSync(process.env.KVMNET_PLANTED, "utf8"));

/** Plain texts, or secrets as a stack's config gives them. */
function given(value) {
  if (typeof value === "string") return fromConfig && value.startsWith("planted-") ? secret(value) : value;
  if (Array.isArray(value)) return value.map(given);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, given(item)]));
}

if (make === "getHost") exports.found = kvmnet.getHostOutput(given(args)).hostId;
else exports.connection = new kvmnet[make](name, given(args)).connection;
