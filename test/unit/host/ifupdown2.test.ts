import { parseFacts } from "../../../provider/host/facts/parseFacts";
import { recordedHost } from "../support/recordedHosts";

const nobody = { exitCode: 1, text: "" };
const file = "auto enp1s0\niface enp1s0 inet static\n\taddress 192.0.2.100/24\n";
const host = (parts: Parameters<typeof recordedHost>[1]) =>
  parseFacts(recordedHost("static", { "interfaces:/etc/network/interfaces": file, ...parts }));

describe("what a host with ifupdown2 says of itself", () => {
  test("is what that has up, and its files", () => {
    const { ifstate, ifupdown2, interfaces, pendingInterfaces } = host({ ifstate: nobody, ifupdown2: "lo\nenp1s0\n" });
    expect(ifupdown2).toBe(true);
    expect([...(ifstate ?? [])]).toEqual([
      ["lo", "lo"],
      ["enp1s0", "enp1s0"],
    ]);
    expect([...interfaces.keys()]).toEqual(["/etc/network/interfaces"]);
    expect(pendingInterfaces).toBeUndefined();
  });

  test("is nothing where it is neither of the two", () => {
    const { ifstate, ifupdown2, interfaces } = host({ ifstate: nobody, ifupdown2: nobody });
    expect([ifstate, ifupdown2, interfaces.size]).toEqual([undefined, undefined, 0]);
  });

  test("is not known where it does not answer, and no network is changed then", () => {
    const { unreadable } = host({ ifstate: nobody, ifupdown2: { exitCode: 124, text: "" } });
    expect(unreadable).toMatchObject([{ part: "system", about: undefined }]);
  });

  test.each([
    ["like", "like"],
    ["unlike", "unlike"],
  ])("has the pending file of Proxmox VE's: %s", (text, said) => {
    expect(host({ ifstate: nobody, ifupdown2: "lo", pendingInterfaces: text }).pendingInterfaces).toBe(said);
  });
});
