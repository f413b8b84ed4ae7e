/** Programs that only look, or make words. */
const readers = new Set(
  "awk cat cmp cut date df diff dirname find flock grep head ls paste readlink sed seq sha256sum sort stat tail tr uniq wc xargs".split(
    " ",
  ),
);

/** Whether a command changes nothing, and asks no daemon. */
export function onlyLooks({ program, words }: { readonly program: string; readonly words: string }): boolean {
  return readers.has(program) || /^(ip|bridge) .*\b(show|get|token)\b|^ip token$/.test(words);
}
