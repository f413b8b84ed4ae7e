import { execFileSync } from "node:child_process";
import { Sudo } from "../../../provider/host/ssh/sudo";
import { cpuMs } from "../support/computing";

const secret = "s3cret";

/** What sudo and the command's own shell would print for it. */
function words(sudo: Sudo) {
  const [, , , , , from, prompt, , ready] = sudo.argv("try it");
  return { from: String(from), prompt: String(prompt), ready: String(ready) };
}

test("neither the password nor the command is in what sudo logs", () => {
  const sudo = new Sudo("me@kvm1", "me", secret);
  const argv = sudo.argv("read the host's facts").join(" ");
  expect(argv).not.toContain(secret);
  expect(argv.length).toBeLessThan(500);
  expect(sudo.stdin(["sh", "-c", "long"]).toString()).toContain("long");
});

test("root's shell runs the command that it reads, with the way it came by, and leaves it its own input", () => {
  const sudo = new Sudo("me@kvm1", "me", undefined);
  const { from, ready } = words(sudo);
  sudo.hear(Buffer.from(`${from}192.0.2.10 50000 192.0.2.100 22\n${ready}`));
  const script = 'printf \'%s;\' "$SSH_CONNECTION" "$@"; cat';
  const input = sudo.stdin(["sh", "-c", script, "kvmnet", "a b", "$(id)\n'"], "own\ninput");
  const [, , , , , , , inner = ""] = sudo.argv("try it");
  expect(execFileSync("sh", ["-c", inner, "kvmnet", ready], { input, encoding: "utf8", stdio: "pipe" })).toBe(
    "192.0.2.10 50000 192.0.2.100 22;a b;$(id)\n';own\ninput",
  );
});

test("the password is given when it is asked for, and once, however the question is cut into packets", () => {
  const sudo = new Sudo("me@kvm1", "me", secret);
  const { prompt, ready } = words(sudo);
  const steps = [..."Welcome!\n", ...prompt].map((letter) => sudo.hear(Buffer.from(letter)).step);
  expect(steps.filter((step) => step !== "wait")).toEqual(["password"]);
  expect(steps.at(-1)).toBe("password");
  expect(sudo.hear(Buffer.from(`${ready}warning`))).toEqual({ step: "root", rest: Buffer.from("warning") });
});

test("a password that is asked for again was wrong: it is not tried a second time", () => {
  const sudo = new Sudo("me@kvm1", "me", secret);
  const { prompt } = words(sudo);
  sudo.hear(Buffer.from(prompt));
  expect(sudo.hear(Buffer.from(`Sorry, try again.\n${prompt}`)).step).toBe("refused");
  const { message } = sudo.refusal(undefined);
  expect(message).toMatch(/^me@kvm1: sudo does not make me root: it does not take connection\.sudo\.password\./);
  expect(message).not.toContain(secret);
});

const rule = (tag: string) => new RegExp(`visudo -f /etc/sudoers.d/kvmnet.*\n  me ALL=\\(root\\) ${tag}/bin/sh`, "s");

test.each([
  [127, "sh: 1: exec: sudo: not found", undefined, /there is no sudo on the host/],
  [1, "sudo: a password is required", undefined, /lets me run \/bin\/sh as root without one.*connection\.sudo to/s],
  [1, "sudo: a password is required", undefined, rule("NOPASSWD: ")],
  [1, "me is not in the sudoers file.", secret, /me is not in the sudoers file\.\nAdd a rule, /],
  [1, "me is not in the sudoers file.", secret, rule("")],
  [
    1,
    "Sorry, user me is not allowed to execute '/bin/sh -c printf it' as root on kvm1.",
    secret,
    /not allowed to execute '\/bin\/sh' as root on kvm1\.\nAdd a rule/,
  ],
  [1, "sudo: sorry, you must have a tty to run sudo", undefined, /Defaults:me !requiretty/],
])("exit code %d and %j have their next step", (code, said, password, expected) => {
  const sudo = new Sudo("me@kvm1", "me", password);
  sudo.hear(Buffer.from(`${words(sudo).from}192.0.2.10 50000 192.0.2.100 22\n${said}\n`));
  expect(sudo.refusal(code).message).toMatch(expected);
});

test("what prints without end before it is root ends with a limit, and takes no time", () => {
  const sudo = new Sudo("me@kvm1", "me", secret);
  const { prompt } = words(sudo);
  const steps = new Set<string>();
  const began = process.cpuUsage();
  let bytes = 0;
  for (; !steps.has("flood") && bytes < 100_000; bytes += 1) steps.add(sudo.hear(Buffer.from("x")).step);
  expect(cpuMs(began)).toBeLessThan(2000);
  expect(bytes).toBeLessThan(100_000);
  expect(sudo.hear(Buffer.from(prompt)).step).toBe("flood");
});
