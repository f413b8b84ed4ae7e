import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { Person, type Reached } from "../lab/reaching";

const seconds = 1000;

interface Way {
  readonly way: string;
  readonly connection: object;
  /** What the error says; without it the host has to be reached. */
  readonly error?: RegExp;
}

const table: string[] = [];

afterAll(() => console.log(["way | release | result", ...table].join("\n")));

describe.each(["bookworm", "trixie"] as const)("Debian %s", (release) => {
  test(
    "a user is made root by sudo, or it is said why not",
    async () => {
      await using lan = await Lan.start();
      await using host = await lan.startHost({ name: "kvm1", release });
      await host.must(["sh", "-c", "useradd -m nobody2 && usermod -s /bin/bash nobody2"]);
      await host.must([
        "sh",
        "-c",
        "mkdir -p ~nobody2/.ssh && cp /root/.ssh/authorized_keys ~nobody2/.ssh/ && chown -R nobody2 ~nobody2/.ssh",
      ]);
      const { privateKey, hostKey } = host;
      const at = { host: host.address, privateKey, hostKey };
      await tried(release, host, await Person.at(lan), [
        { way: "root", connection: { ...at, user: "root" } },
        { way: "root, sudo true", connection: { ...at, user: "root", sudo: true } },
        { way: "sudo without a password", connection: { ...at, user: "admin", sudo: true } },
        {
          way: "a password that sudo does not ask for",
          connection: { ...at, user: "admin", sudo: { password: "lab" } },
        },
        { way: "sudo with a password", connection: { ...at, user: "helper", sudo: { password: "lab" } } },
        {
          way: "no sudo, not root",
          connection: { ...at, user: "admin" },
          error: /^admin@192\.0\.2\.\d+: kvmnet works on a host as root: .* connection\.sudo to true or \{ password \}/,
        },
        {
          way: "sudo true, a password is wanted",
          connection: { ...at, user: "helper", sudo: true },
          error:
            /^helper@192\.0\.2\.\d+: sudo does not make helper root: sudo: a password is required\nSet connection\.sudo to/,
        },
        {
          way: "sudo with a wrong password",
          connection: { ...at, user: "helper", sudo: { password: "wrong" } },
          error:
            /sudo does not make helper root: it does not take connection\.sudo\.password\.\nGive the password of helper/,
        },
        {
          way: "sudo refused",
          connection: { ...at, user: "nobody2", sudo: true },
          error: /sudo does not make nobody2 root: .*\n/,
        },
      ]);
    },
    300 * seconds,
  );
});

/** Dials each way, notes it in the table, and compares. */
async function tried(release: string, host: Host, person: Person, ways: readonly Way[], env?: Record<string, string>) {
  const id = (await host.readFile("/etc/machine-id")).trim();
  const ends = await person.reach(
    ways.map(({ connection }) => connection),
    env,
  );
  const wrong = ways.flatMap(({ way, error }, index) => {
    const end = ends[index] as Reached;
    table.push(`${way} | ${release} | ${end.ok ? "reached" : end.said.replaceAll("\n", " ")}`);
    const as = error ? !end.ok && error.test(end.said) : end.ok && end.said === id;
    return as ? [] : [{ way, end }];
  });
  expect(wrong).toEqual([]);
}
