import pulumi
import pulumi_kvmnet as kvmnet

config = pulumi.Config()
# Left out: the keys of the SSH agent and ~/.ssh, and the host keys in known_hosts.
connection = kvmnet.ConnectionArgs(host=config.require("host"), user=config.get("user") or "root")

# On the NIC with the host's default route; the host keeps its address.
bridge = kvmnet.HostBridge("bridge", connection=connection)
# A libvirt network on it.
lan = kvmnet.BridgeNetwork("lan", bridge=bridge.name, connection=bridge.connection)
# A NIC for the VM, running or not.
nic = kvmnet.VmNic("nic", domain=config.require("vm"), network=lan.name, connection=lan.connection)

pulumi.export("hostAddresses", bridge.addresses)
pulumi.export("vmAddresses", nic.ip_addresses)
