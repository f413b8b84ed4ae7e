import { probeLine } from "../../../provider/host/transaction/bundle";
import { bridge } from "../../../provider/resources/bridge/definition";
import { bridgeLifecycle } from "../../../provider/resources/bridge/lifecycle";

const parsed = (probe: object) =>
  bridge.inputs.safeParse({ connection: { host: "kvm1.example" }, confirm: { probes: [probe] } });

test.each([
  [{ kind: "gateway", address: "192.0.2.1" } as const, "gateway 192.0.2.1"],
  [{ kind: "ping", address: "2001:db8::1" } as const, "ping 2001:db8::1"],
  [{ kind: "tcp", host: "nas.example", port: 445 } as const, "tcp nas.example 445"],
  [{ kind: "name", name: "nas.example" } as const, "name nas.example"],
  [{ kind: "dns" } as const, "dns -"],
])("%j is sent to the host as a line of its own", (probe, line) => {
  expect(probeLine(probe)).toBe(line);
});

test.each([
  { tcp: "nas.example:445" },
  { tcp: "[2001:db8::1]:22" },
  { tcp: "192.0.2.1:1" },
  { ping: "192.0.2.1" },
  { dns: "nas" },
])("%j is a probe", (probe) => {
  expect(parsed(probe).success).toBe(true);
});

test.each([
  [{ tcp: "nas.example" }, "must be a name or address with a port"],
  [{ tcp: "nas.example:0" }, "must be a name or address with a port"],
  [{ tcp: "nas.example:65536" }, "must be a name or address with a port"],
  [{ tcp: "-x:1" }, "must be a name or address with a port"],
  [{ tcp: "a b:1" }, "must be a name or address with a port"],
  [{ ping: "-f" }, "must be an IP address"],
  [{ dns: "$(reboot)" }, "must be a name"],
])("%j is none, in words", (probe, words) => {
  expect(
    parsed(probe)
      .error?.issues.map(({ message }) => message)
      .join(),
  ).toContain(words);
});

test.each([[{}], [{ ping: "192.0.2.1", dns: "nas" }]])("%j is not one of tcp, ping and dns", (probe) => {
  const { failures } = bridgeLifecycle.check?.("br", { confirm: { timeout: 60, probes: [probe] } }) ?? {};
  expect(failures).toEqual([{ property: "confirm.probes[0]", reason: "must have one of tcp, ping and dns" }]);
});
