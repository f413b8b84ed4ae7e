import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pictureOf } from "../../lab/networkPicture";

/** Of a host with a bridge, as networkScript prints it; fewer links and settings, and a neighbour by hand. */
const recorded = readFileSync(join(__dirname, "network.txt"), "utf8");
const sections = recorded
  .split(/^== /m)
  .slice(1)
  .map((section) => {
    const [name = "", ...lines] = section.trimEnd().split("\n");
    return { name, text: lines.join("\n") };
  });
const print = (name: string, text: string) =>
  sections.map((one) => `== ${one.name}\n${one.name === name ? text : one.text}\n`).join("");

/** Paths to all values in it. */
function leaves(value: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (Array.isArray(value)) return value.flatMap((one, index) => leaves(one, [...path, index]));
  if (typeof value !== "object" || value === null) return [[...path]];
  return Object.entries(value).flatMap(([key, one]) => leaves(one, [...path, key]));
}

/** The JSON text with another value at the path. */
function changed(text: string, path: readonly (string | number)[]): string {
  const all = JSON.parse(text);
  const [last = "", ...way] = [...path].reverse();
  const holder = way.reverse().reduce((value, key) => value[key], all);
  const was = holder[last];
  holder[last] = typeof was === "number" ? was + 1 : typeof was === "boolean" ? !was : `${was}x`;
  return JSON.stringify(all);
}

const json = sections.filter(({ name }) => name !== "setting" && name !== "file");
const values = json.flatMap(({ name, text }) => leaves(JSON.parse(text)).map((path) => ({ name, text, path })));

test("a host is like itself, in whatever order it prints its things", () => {
  const turned = json.reduce(
    (printed, { text }) => printed.replace(text, JSON.stringify(JSON.parse(text).reverse())),
    recorded,
  );
  expect(pictureOf(turned)).toBe(pictureOf(recorded));
});

test("of all that iproute2 prints, these values may differ, and no others", () => {
  const same = values.filter(
    ({ name, text, path }) => pictureOf(print(name, changed(text, path))) === pictureOf(recorded),
  );
  expect([...new Set(same.map(({ path }) => path.filter((key) => typeof key === "string").at(-1)))].sort()).toEqual([
    "designated_port",
    "forward_delay_timer",
    "gc_timer",
    "hello_timer",
    "hold_timer",
    "id", // of a bridge's port
    "ifindex",
    "link", // of a bridge's port
    "link_index",
    "link_netnsid",
    "message_age_timer",
    "no", // of a bridge's port
    "preferred_life_time", // by a second
    "tcn_timer",
    "topology_change_timer",
    "valid_life_time",
  ]);
  expect(values.length).toBeGreaterThan(200);
});

test("of a lifetime, whether there is one, and whether it is over", () => {
  const lived = (seconds: number) =>
    pictureOf(recorded.replaceAll(/"valid_life_time": \d+/g, `"valid_life_time": ${seconds}`));
  expect(lived(4294967295)).toBe(pictureOf(recorded));
  expect(lived(600)).not.toBe(pictureOf(recorded));
  expect(lived(600)).toBe(lived(599));
  expect(lived(600)).not.toBe(lived(0));
});

test.each(json.filter(({ text }) => JSON.parse(text).length > 0))(
  "a thing less or more under $name is seen",
  ({ name, text }) => {
    const all = JSON.parse(text);
    expect(pictureOf(print(name, JSON.stringify(all.slice(1))))).not.toBe(pictureOf(recorded));
    expect(pictureOf(print(name, JSON.stringify([...all, { ...all[0], dev: "enp9s0" }])))).not.toBe(
      pictureOf(recorded),
    );
  },
);

test.each(["setting", "file"])("each line of a %s counts", (name) => {
  const { text = "" } = sections.find((one) => one.name === name) ?? {};
  const lines = text.split("\n");
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines)
    expect(pictureOf(print(name, text.replace(line, `${line}x`)))).not.toBe(pictureOf(recorded));
});
