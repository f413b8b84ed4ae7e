const { readFileSync } = require("node:fs");
const { BridgeNetwork, HostBridge, VmNic } = require(process.env.KVMNET_BENCH_PACKAGE);

const { connection, domain } = JSON.parse(readFileSync(process.env.KVMNET_BENCH_GIVEN, "utf8"));

const bridge = new HostBridge("kvm1", { connection });
const lan = new BridgeNetwork("lan", { bridge });
new VmNic("web", { network: lan, domain, waitForAddress: 0 });
