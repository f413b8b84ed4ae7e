import { parseLibvirt } from "../../../provider/host/facts/parseLibvirt";

const uuid = (last: number) => `00000000-0000-4000-8000-00000000000${last}`;
const xml = (name: string, last: number) =>
  `<domain><name>${name}</name><uuid>${uuid(last)}</uuid><devices><interface type='network'><mac address='52:54:00:00:00:0${last}'/></interface></devices></domain>`;
const vm = (name: string, last: number, state: string) =>
  `domain ${uuid(last)}\f${state}\f${xml(name, last)}\f${xml(name, last)}\f`;

it("tells a VM that is paused, saved, or without a definition", () => {
  const text = [
    vm("web", 1, "running"),
    vm("Windows 10", 2, "paused"),
    vm("db", 3, "shut off"),
    vm("tmp", 4, "running"),
    `transient\f${uuid(4)}\f`,
    // A VM that runs on from what was saved may have its image still.
    `saved\f${uuid(3)}\n${uuid(1)}\f`,
    "end\f",
  ].join("\n");
  const { domains } = parseLibvirt({ name: "libvirt", code: 0, text });
  const shown = domains.map(({ name, running, paused, transient, saved, inactive }) => [
    ...[name, running, paused, transient, saved, inactive.length],
  ]);
  expect(shown).toEqual([
    ["web", true, undefined, undefined, undefined, 1],
    ["Windows 10", true, true, undefined, undefined, 1],
    ["db", false, undefined, undefined, true, 1],
    // What runs is no definition.
    ["tmp", true, undefined, true, undefined, 0],
  ]);
});
