/** What a program gives, and what it is told of it. */
export interface Wrong {
  /** A resource, a component or a function of the package. */
  readonly make: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** What is said of it, by which a test knows that it got as far as that. */
  readonly says: RegExp;
  /** Where a language's own SDK, or the engine for YAML, refuses it before kvmnet is asked. */
  readonly instead?: { readonly [language in Language]?: RegExp };
}

export type Language = "javascript" | "typescript" | "python" | "yaml";

/** A secret that is like no other text, wherever it turns up. */
export const planted = (place: string) => `planted-${place}-7c42`;

/** Each of them in a program. */
export const marksIn = (program: unknown): string[] => [
  ...new Set([...JSON.stringify(program).matchAll(/planted-[\w-]+-7c42/g)].map(([mark]) => mark)),
];

const at = { host: "192.0.2.1" };

/** Every part of a connection that is a secret, as it should be spelt. */
export const secrets = (place: string) => ({
  password: planted(`${place}-password`),
  privateKey: planted(`${place}-privateKey`),
  privateKeyPassword: planted(`${place}-privateKeyPassword`),
  sudo: { password: planted(`${place}-sudo`) },
  proxy: {
    host: "proxy.example",
    password: planted(`${place}-proxyPassword`),
    privateKey: planted(`${place}-proxyKey`),
    privateKeyPassword: planted(`${place}-proxyKeyPassword`),
  },
});

const slips = (place: string) => ({
  ...at,
  passwrd: planted(`${place}-passwrd`),
  privatkey: planted(`${place}-privatkey`),
  passphrase: planted(`${place}-passphrase`),
  sudoPassword: planted(`${place}-sudoPassword`),
  "pass word": planted(`${place}-passBlank`),
});

const slipped = /connection\.passwrd.* has no property "passwrd"; did you mean "password"/;
/** Of YAML, the engine holds a program against the schema. */
const yaml = /Cannot assign|is not assignable|does not exist/;
const noKeyword = /got an unexpected keyword argument/;
const noConnection = /connection must be an object with host/;

/** As people misspell and misplace them, and what stands beside: all are refused before a host is dialled. */
export const wrong: Readonly<Record<string, Wrong>> = {
  slips: { make: "Bridge", args: { connection: slips("slips") }, says: slipped, instead: { yaml } },
  siblings: {
    make: "Bridge",
    args: { connection: { ...secrets("siblings"), host: "", port: "many" } },
    says: /connection\.host .*must not be empty[\s\S]*connection\.port .*must be a number, not a string/,
    instead: { yaml },
  },
  kinds: {
    make: "Bridge",
    args: {
      connection: {
        ...{ ...at, password: [planted("list")], privateKey: { text: planted("object") } },
        ...{ sudo: planted("text"), proxy: planted("way"), privateKeyPassword: planted("besideKinds") },
      },
    },
    says: /connection\.password .*must be a string, not a list[\s\S]*connection\.sudo .*must be true or false, not a string/,
    instead: { python: /While processing input: 'connection', .* value \(hidden\)/, yaml },
  },
  text: { make: "Bridge", args: { connection: planted("whole") }, says: noConnection },
  list: {
    make: "Bridge",
    args: { connection: [{ ...at, ...secrets("inList") }] },
    says: noConnection,
    instead: { python: /While processing input: 'connection', .* value \(hidden\)/, yaml },
  },
  inProxyAndSudo: {
    make: "Bridge",
    args: {
      connection: {
        ...at,
        proxy: {
          ...{ host: "proxy.example", pasword: planted("inProxy"), sudo: { password: planted("sudoOfProxy") } },
          password: planted("besideInProxy"),
        },
        sudo: { pasword: planted("inSudo") },
      },
    },
    says: /connection\.proxy\.pasword[\s\S]*connection\.sudo\.pasword/,
    instead: { yaml },
  },
  besideTheConnection: {
    make: "Bridge",
    args: { connection: at, password: planted("besidePassword"), sudo: { password: planted("besideSudo") } },
    says: /has no property "password"[\s\S]*has no property "sudo"/,
    instead: { python: noKeyword, yaml },
  },
  misnamed: {
    make: "Network",
    args: { bridge: "br0", conection: { ...at, ...secrets("misnamed") } },
    says: /has no property "conection"; did you mean "connection"/,
    instead: { python: noKeyword, yaml },
  },
  elsewhere: {
    make: "Bridge",
    args: {
      connection: { ...at, ...secrets("elsewhere") },
      ...{ addressing: { password: planted("inAddressing") }, confirm: { password: planted("inConfirm") } },
      name: { password: planted("inName") },
    },
    says: /name must be a string, not an object[\s\S]*addressing\.password[\s\S]*confirm\.password/,
    instead: { yaml },
  },
  component: {
    make: "HostBridge",
    args: { connection: slips("component") },
    says: slipped,
    instead: { yaml },
  },
  componentsSiblings: {
    make: "HostBridge",
    args: { connection: { ...secrets("componentsSiblings"), host: "" } },
    says: /connection\.host .*must not be empty/,
  },
  componentsText: { make: "HostBridge", args: { connection: planted("componentsWhole") }, says: noConnection },
  login: {
    make: "VmNic",
    args: {
      ...{ connection: { ...at, ...secrets("besideLogin"), port: "many" }, network: "lan", domain: "web" },
      guestLogin: { user: "me", pasword: planted("loginsSlip"), password: [planted("loginsKind")] },
    },
    says: /connection\.port .*must be a number|guestLogin/,
    instead: { python: /value \(hidden\)/, yaml },
  },
  provider: {
    make: "Provider",
    args: { password: planted("configured"), connection: { ...at, ...secrets("provider") } },
    says: /password: is no configuration of kvmnet/,
    instead: { python: noKeyword, yaml },
  },
  providersConnection: {
    make: "Provider",
    args: { connection: slips("providersConnection") },
    says: /passwrd/,
    instead: { yaml },
  },
  providersSiblings: {
    make: "Provider",
    args: { connection: { ...secrets("providersSiblings"), host: "" } },
    says: /must not be empty/,
  },
  function: {
    make: "getHost",
    args: { connection: slips("function") },
    // Python's SDK has one reason alone.
    says: /has no property "pass/,
  },
  functionsSiblings: {
    make: "getHost",
    args: { connection: { ...secrets("functionsSiblings"), host: "", password: [planted("functionsList")] } },
    says: /must not be empty \(connection\.host\)/,
  },
};

/** As Python reads a key from a file in binary, which its SDK can't send. */
export const binary: Readonly<Record<string, Wrong>> = Object.fromEntries(
  ["Bridge", "HostBridge", "getHost"].map((make) => [
    `binary${make}`,
    {
      make,
      args: { connection: { ...at, ...secrets(`binary${make}`), privateKey: planted(`binary-${make}`) } },
      says: /While processing input: 'connection', .* value \(hidden\)/,
    },
  ]),
);

/** No secret, in a place that is printed: the search for the others has to find it. */
export const control: Wrong = {
  make: "Bridge",
  args: {
    connection: { ...at, ...secrets("besideControl") },
    name: planted("no-secret-but-no-name"),
  },
  says: /property name value/,
};
