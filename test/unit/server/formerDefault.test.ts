import { bridge } from "../../../provider/resources/bridge/definition";
import { propertiesOf } from "../../../provider/schema/shape";
import { findInputDifferences } from "../../../provider/server/difference";

const properties = propertiesOf(bridge.inputs);
const filledIn = { addressing: { addresses: ["192.0.2.10/24"], routes: [], nameservers: [] } };
const leftOut = { addressing: { addresses: ["192.0.2.10/24"] } };
const said = { addressing: { addresses: ["192.0.2.10/24"], nameservers: ["192.0.2.1"] } };

test("what Check filled in once, where the program said nothing, is no difference from saying nothing", () => {
  expect(findInputDifferences(properties, filledIn, leftOut)).toEqual([]);
});

test("to say that there is to be none is one, and to leave out what was said", () => {
  expect(findInputDifferences(properties, leftOut, filledIn)).toEqual([
    { path: ["addressing", "routes"], kind: "add" },
    { path: ["addressing", "nameservers"], kind: "add" },
  ]);
  expect(findInputDifferences(properties, said, leftOut)).toEqual([
    { path: ["addressing", "nameservers"], kind: "delete" },
  ]);
});
