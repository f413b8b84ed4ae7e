// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.
export { diagnose, diagnoseOutput, type DiagnoseArgs, type DiagnoseOutputArgs, type DiagnoseResult } from "./diagnose";
export { getHost, getHostOutput, type GetHostArgs, type GetHostOutputArgs, type GetHostResult } from "./getHost";
export { getNic, getNicOutput, type GetNicArgs, type GetNicOutputArgs, type GetNicResult } from "./getNic";
