import { z } from "zod";
import { config } from "../../stacks/config";

type JsonSchema = Record<string, unknown>;

/** What our definitions say beside JSON Schema's own words. */
const kvmnetKeywords = ["quiet", "secret", "typeName", "formerDefault"];

/** Of a value that `pulumi config set --secret` has encrypted. */
const encrypted = {
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

/** The JSON schema of a homelab's Pulumi.<stack>.yaml, for editors (JSON Schema, draft 7). */
export function configSchemaOf(): JsonSchema {
  const homelab = z.toJSONSchema(config, {
    ...{ target: "draft-7", io: "output", unrepresentable: "any" },
    override: ({ zodSchema, jsonSchema }) => {
      const schema = jsonSchema as JsonSchema;
      // What is left out has its default; and `lan:` with nothing after it is null.
      if (Array.isArray(schema.required)) schema.required = withoutDefaults(schema);
      if (isEmptiable(zodSchema)) schema.type = ["object", "null"];
      if (schema.secret === true && schema.type === "string") {
        delete schema.type;
        schema.anyOf = [{ type: "string" }, encrypted];
      }
      for (const key of kvmnetKeywords) delete schema[key];
    },
  }) as { properties: Record<string, JsonSchema> };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A stack of a homelab: Pulumi.<stack>.yaml",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(
          Object.entries(homelab.properties).map(([key, schema]) => [`homelab:${key}`, schema]),
        ),
        // What other keys there are is other namespaces' business.
        patternProperties: { [`^homelab:(?!(${Object.keys(homelab.properties).join("|")})$)`]: false },
      },
    },
  };
}

function withoutDefaults({ required, properties }: JsonSchema): string[] {
  const said = properties as Record<string, JsonSchema>;
  return (required as string[]).filter((key) => said[key]?.default === undefined);
}

/** Made by `orDefaults` of stacks/config.ts. */
function isEmptiable(schema: z.core.$ZodType): boolean {
  const { def } = schema._zod;
  return def.type === "pipe" && (def as z.core.$ZodPipeDef).in._zod.def.type === "transform";
}
