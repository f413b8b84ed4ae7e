import { Sudo } from "../../../provider/host/ssh/sudo";

const secret = "s3cret";

/** What sudo and the command's own shell would print for it. */
function words(sudo: Sudo) {
  const [, , , , , prompt, , ready] = sudo.argv(["id"]);
  return { prompt: String(prompt), ready: String(ready) };
}

test("the password is no part of the command", () => {
  const sudo = new Sudo("me@kvm1", "me", secret);
  expect(sudo.argv(["id"]).join(" ")).not.toContain(secret);
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

test.each([
  [127, "sh: 1: exec: sudo: not found", undefined, /there is no sudo on the host/],
  [1, "sudo: a password is required", undefined, /Set connection\.sudo to \{ password \}/],
  [1, "me is not in the sudoers file.", secret, /me is not in the sudoers file\.\nGive me the right in sudoers/],
])("exit code %d and %j have their next step", (code, said, password, expected) => {
  const sudo = new Sudo("me@kvm1", "me", password);
  sudo.hear(Buffer.from(`${said}\n`));
  expect(sudo.refusal(code).message).toMatch(expected);
});
