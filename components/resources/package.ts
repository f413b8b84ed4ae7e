// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.

/** Which plugin the engine starts: that of this version, and where it is downloaded from if the project does not say where it is. */
export const packageOptions: { readonly version: string; readonly pluginDownloadURL?: string } = {"version":"0.1.0"};
