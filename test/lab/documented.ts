import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as ts from "typescript";

const repository = resolve(__dirname, "../..");

/** The texts of a page's fences in a language: "ts", "sudoers". */
export function fences(page: string, language: string): string[] {
  const text = readFileSync(join(repository, page), "utf8");
  const found = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(
    ([, code]) => code ?? "",
  );
  if (found.length === 0) throw new Error(`${page} has no fence in ${language}`);
  return found;
}

/** The connections that a page's programs give to a HostBridge, with its provider's; `config` is what they require of their stack. */
export function connectionsIn(page: string, config: Record<string, string>): { name: string; connection: object }[] {
  const found: { name: string; connection: object }[] = [];
  class Provider {
    constructor(
      _name: string,
      readonly args: { connection: object },
    ) {}
  }
  class HostBridge {
    constructor(name: string, args: { connection: object }, options?: { provider: Provider }) {
      found.push({ name, connection: { ...options?.provider.args.connection, ...args.connection } });
    }
  }
  const value = (key: string): string => {
    const given = config[key];
    if (given === undefined) throw new Error(`${page} requires the config ${key}`);
    return given;
  };
  class Config {
    readonly require = value;
    readonly requireSecret = value;
  }
  const modules: Record<string, unknown> = { "pulumi-kvmnet": { HostBridge, Provider }, "@pulumi/pulumi": { Config } };
  for (const code of fences(page, "ts")) {
    const { outputText } = ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.CommonJS } });
    new Function("require", "exports", outputText)((name: string) => modules[name], {});
  }
  return found;
}
