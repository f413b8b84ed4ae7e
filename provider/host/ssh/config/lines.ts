/** A line of ssh_config(5) that says something; of a Host or Match, with those up to the next one. */
export interface ConfigLine {
  readonly name: string;
  readonly values: readonly string[];
  readonly section?: readonly ConfigLine[];
}

/**
 * The lines of a config, in words as ssh makes them.
 *
 * @throws Error with what is wrong, as it goes on after the file's name
 */
export function configLines(text: string): ConfigLine[] {
  const lines: ConfigLine[] = [];
  let into = lines;
  for (const [index, line] of text.split("\n").entries()) {
    const [, name, rest = ""] =
      /^[ \t\r]*([^ \t\r=#"][^ \t\r=]*|"[^"]*")[ \t\r]*=?[ \t\r]*(.*)$/s.exec(withoutEnd(line)) ?? [];
    if (name === undefined) continue;
    const keyword = name.replace(/^"(.*)"$/, "$1");
    // A mark of the text's encoding, say: what was a Host would be no line, and what is below it for all.
    if (!/^[a-z0-9]+$/i.test(keyword)) throw new Error(`line ${index + 1} begins with no name of a setting`);
    const isMatch = /^match$/i.test(keyword);
    // What goes to a shell is the rest of the line as it is, quotes too.
    const isCommand = /^proxycommand$/i.test(keyword) && rest !== "";
    const values = isCommand ? [rest] : isMatch ? criteriaOf(rest) : wordsOf(rest);
    if (values === undefined) throw new Error(`line ${index + 1} has a quote without its end`);
    if (isMatch || /^host$/i.test(keyword)) {
      if (values.length === 0) throw new Error(`line ${index + 1} does not say for which hosts`);
      into = [];
      lines.push({ name: keyword, values, section: into });
    } else into.push({ name: keyword, values });
  }
  return lines;
}

const withoutEnd = (line: string) => line.replace(/\0.*$/s, "").replace(/[ \t\r\f]+$/, "");

/** OpenSSH's argv_split(): quotes of both kinds, anywhere in a word, and a comment where a word would begin. */
function wordsOf(text: string): string[] | undefined {
  const words: string[] = [];
  for (let at = 0; at < text.length; ) {
    const char = text[at] as string;
    if (char === " " || char === "\t") {
      at += 1;
      continue;
    }
    if (char === "#") break;
    const { word, end } = wordAt(text, at);
    if (end === undefined) return undefined;
    words.push(word);
    at = end;
  }
  return words;
}

/** The word that begins there; without an end, its quote has none. */
function wordAt(text: string, start: number): { word: string; end: number | undefined } {
  let [word, quote, at] = ["", "", start];
  for (; at < text.length; at += 1) {
    const char = text[at] as string;
    const next = text[at + 1] ?? "";
    if (char === "\\" && next !== "" && (`'"\\`.includes(next) || (quote === "" && next === " "))) {
      word += next;
      at += 1;
    } else if (quote === "" && (char === " " || char === "\t")) break;
    else if (quote === "" && (char === "'" || char === '"')) quote = char;
    else if (quote === char) quote = "";
    else word += char;
  }
  return { word, end: quote === "" ? at : undefined };
}

/** OpenSSH's strdelim(): words in double quotes or none, parted by blanks or an equals sign. */
function criteriaOf(text: string): string[] | undefined {
  const words: string[] = [];
  for (let rest = text; rest !== ""; ) {
    const [all, quoted, plain] = /^(?:"([^"]*)"|([^ \t\r="]+))[ \t\r]*=?[ \t\r]*/.exec(rest) ?? [];
    if (all === undefined) return undefined;
    if (plain?.startsWith("#")) break;
    words.push(quoted ?? plain ?? "");
    rest = rest.slice(all.length);
  }
  return words;
}
