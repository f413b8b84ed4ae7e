const { readFileSync } = require("node:fs");
const { resources } = require(process.env.KVMNET_BENCH_PACKAGE);

const { hosts } = JSON.parse(readFileSync(process.env.KVMNET_BENCH_GIVEN, "utf8"));

for (const { name, connection, nics } of hosts) {
  const bridge = new resources.Bridge(name, { connection });
  new resources.BridgeNetfilter(name, { connection, bridge: bridge.name });
  const network = new resources.Network(name, { connection, name: "lan", bridge: bridge.name });
  for (const nic of nics)
    new resources.Nic(`${name}-${nic.macAddress}`, { connection, network: network.name, waitForAddress: 0, ...nic });
}
