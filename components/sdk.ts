/**
 * What kvmnet needs of Pulumi's SDK. The whole of it also loads the Automation API and what turns functions into text:
 * a third of a second in each operation, for a program that needs neither.
 */
export * from "@pulumi/pulumi/errors";
export type { InvokeOptions, InvokeOutputOptions } from "@pulumi/pulumi/invoke";
export { info } from "@pulumi/pulumi/log";
export * from "@pulumi/pulumi/output";
export * from "@pulumi/pulumi/resource";
export { invoke, invokeOutput } from "@pulumi/pulumi/runtime/invoke";
export { registerResourceModule, registerResourcePackage } from "@pulumi/pulumi/runtime/rpc";
export { isDryRun } from "@pulumi/pulumi/runtime/settings";
