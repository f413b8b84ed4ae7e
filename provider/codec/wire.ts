/** The marks in a Struct that the engine and its providers agree on: pulumi's sdk/go/common/resource/{plugin,sig}. */
export const wire = {
  /** The key that makes an object more than an object; its value is one of the next four. */
  signature: "4dabf18193072939515e22adb298388d",
  secret: "1b47061264138c4ac30d75fd1eb44270",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
  resource: "5cf8f73096256a8f31e491e813e4eb8e",
  unknownString: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
} as const;

/** What stands for a value that is not known yet, by the value's type. */
export const unknownTexts: ReadonlySet<unknown> = new Set([
  wire.unknownString,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
]);
