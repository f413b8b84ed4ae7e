import { readdressing } from "../../../../provider/host/transaction/readdressing";
import { addressOf, factsWith, link } from "../../support/facts";

const lease = (address: string) => ({ address, clientId: undefined, nameservers: [] });
const planned = {
  device: "br0",
  dropped: [addressOf("192.0.2.120/24")],
  addresses: [],
  dhcp4: true,
  leased: ["192.0.2.120"],
};
const hostWith = (leased: string, ...addresses: string[]) =>
  factsWith({ links: [link("br0", { addresses: addresses.map(addressOf), lease: lease(leased) })] });

describe("what DHCP had given before, where DHCP stays", () => {
  test("stays as long as the lease is of it", () => {
    const { dropped, remaining } = readdressing(hostWith("192.0.2.120", "192.0.2.120/24"), planned);
    expect({ dropped, remaining }).toEqual({ dropped: [], remaining: ["192.0.2.120"] });
  });

  test("leaves once DHCP has given another one", () => {
    const facts = hostWith("192.0.2.121", "192.0.2.120/24", "192.0.2.121/24");
    const { dropped, remaining } = readdressing(facts, planned);
    expect({ dropped, remaining }).toEqual({ dropped: ["192.0.2.120/24"], remaining: ["192.0.2.121"] });
  });

  test("leaves where DHCP does", () => {
    const { dropped } = readdressing(hostWith("192.0.2.120", "192.0.2.120/24"), { ...planned, dhcp4: false });
    expect(dropped).toEqual(["192.0.2.120/24"]);
  });
});
