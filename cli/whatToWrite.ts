import type { LastChange } from "../provider/host/transaction/lastChange";
import { recordedBy } from "../provider/plan/undo/record";
import { importing, inWords } from "../provider/resources/ownership/words";

/** What a change that was taken back means for the stack whose it was, and what to write for it to stay so. */
export function whatToWrite(host: string, { files, before, now }: LastChange): string {
  const recorded = (texts: (path: string) => string | undefined) =>
    [...new Set([...files.keys(), ...before.keys()])].flatMap((path) => {
      const text = texts(path);
      return (text === undefined ? undefined : recordedBy(path, text)) ?? [];
    });
  const [was, is] = [recorded((path) => now.get(path)), recorded((path) => before.get(path))];
  const stays = "`pulumi up` makes the change again. For it to stay undone,";
  return [
    ...is.map(({ bridge, owner }) => {
      const old = was.find((one) => one.owner === owner || one.bridge === bridge);
      if (old === undefined)
        return `${bridge} is there again, and where no stack has it any more, this imports it, for what the program says of it:\n  ${importing(owner, `${host}/${bridge}`)}`;
      const what = old.bridge === bridge ? "what the files above say of it now" : `name: ${bridge}`;
      return `To ${inWords(owner)} this is drift: its next preview shows it, and ${stays} write ${what} into the program.`;
    }),
    ...was
      .filter((old) => !is.some(({ owner, bridge }) => owner === old.owner || bridge === old.bridge))
      .map(
        ({ bridge, owner }) =>
          `${bridge} is gone. To ${inWords(owner)} this is drift: its next preview shows it, and ${stays} take it out of the program.`,
      ),
  ].join("\n");
}
