import pulumi
import pulumi_kvmnet as kvmnet

config = pulumi.Config()
# Left out: the keys of the SSH agent and ~/.ssh, and the host keys in known_hosts.
connection = kvmnet.ConnectionArgs(host=config.require("host"))

bridge = kvmnet.HostBridge("bridge", connection=connection)
lan = kvmnet.BridgeNetwork("lan", bridge=bridge.name, connection=bridge.connection)
web = kvmnet.VmNic(
    "web",
    domain=config.get("domain") or "web",
    network=lan.name,
    connection=lan.connection,
)

pulumi.export("hostAddresses", bridge.addresses)
pulumi.export("vmAddresses", web.ip_addresses)
