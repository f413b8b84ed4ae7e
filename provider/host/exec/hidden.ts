/** How many files' secrets are known at once: those of the hosts that were looked at last. */
const most = 1000;

/**
 * Of one file and of all, in as many forms as they may be said in: more than hosts have that are some. Each thing that is
 * said is looked through for each of them, and a host that has more must not hold up the others.
 */
const mostForms = { ofFile: 2000, ofAll: 20_000 };

/** A file's text, and what it keeps secret in all its forms, found once somebody asks. */
const files = new Map<string, () => readonly string[]>();

/** Whose secrets a text is searched for. */
export type Searched = "everybody's" | "files'";

/** The longer ones first, of which another may be a part; undefined: not put together yet. */
let knownForms: Readonly<Record<Searched, readonly string[]>> | undefined;

/** From now on, what these files keep secret is hidden in all that is shown, whoever says it. */
export function hideSecretsOf(texts: Iterable<string>, secretsIn: (text: string) => readonly string[]): void {
  for (const text of texts) {
    let found: readonly string[] | undefined;
    const find = files.get(text) ?? (() => (found ??= formsOf(secretsIn(text))));
    if (!files.delete(text)) knownForms = undefined;
    files.set(text, find);
    if (files.size > most) files.delete(files.keys().next().value as string);
  }
}

/** What connections log in with, and sudo: a host that was sent it may say it again. */
const logins = new Set<string>();

/** From now on, these are hidden in all that is shown. One that is a name besides is none, and the name is needed. */
export function hideLogins(secrets: readonly string[], names: readonly (string | undefined)[]): void {
  for (const form of formsOf(secrets)) {
    if (logins.has(form) || form.length < 4 || names.includes(form)) continue;
    logins.add(form);
    knownForms = undefined;
  }
}

/** A text without the secrets that are known. In what a program goes by, a password may be a word like any other. */
export function hideKnownSecrets(text: string, searched: Searched = "everybody's"): string {
  knownForms ??= searchedFor([...allForms()]);
  let rest = text;
  for (const form of knownForms[searched]) if (rest.includes(form)) rest = without(rest, form);
  return rest;
}

function searchedFor(ofFiles: readonly string[]): Record<Searched, readonly string[]> {
  const sorted = (forms: readonly string[]) => [...new Set(forms)].sort((a, b) => b.length - a.length);
  return { "everybody's": sorted([...logins, ...ofFiles]), "files'": sorted(ofFiles) };
}

/** Those of the files that were read last come first. */
function allForms(): Set<string> {
  const forms = new Set<string>();
  for (const find of [...files.values()].reverse()) {
    for (const form of find()) forms.add(form);
    if (forms.size >= mostForms.ofAll) break;
  }
  return forms;
}

/** Each as it is, as a program quotes it, and line by line. */
function formsOf(secrets: readonly string[]): string[] {
  const forms = secrets.flatMap((secret) => [
    ...[secret.trim(), JSON.stringify(secret.trim()).slice(1, -1)],
    ...secret.split("\n").map((line) => line.trim()),
  ]);
  return [...new Set(forms)].filter((form) => form !== "").slice(0, mostForms.ofFile);
}

/** A short one may stand in a word that has nothing to do with it, and a very short one anywhere. */
function without(text: string, form: string): string {
  if (form.length >= 8) return text.replaceAll(form, "(hidden)");
  const literal = form.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const pattern =
    form.length >= 4 ? `(?<![\\p{L}\\p{N}_-])${literal}(?![\\p{L}\\p{N}_-])` : `(?<=(['"\`]))${literal}(?=\\1)`;
  return text.replace(new RegExp(pattern, "gu"), "(hidden)");
}
