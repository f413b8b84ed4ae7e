import json
import os
import re

import pulumi
import pulumi_kvmnet as kvmnet

with open(os.environ["KVMNET_PLANTED"]) as file:
    program = json.load(file)


def given(value):
    """Plain texts, or secrets as a stack's config gives them."""
    if isinstance(value, str) and value.startswith("planted-binary-"):
        return value.encode()
    if isinstance(value, str) and program["fromConfig"] and value.startswith("planted-"):
        return pulumi.Output.secret(value)
    if isinstance(value, list):
        return [given(item) for item in value]
    if isinstance(value, dict):
        return {key: given(item) for key, item in value.items()}
    return value


def snake(key):
    return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), key)


args = {snake(key): given(value) for key, value in program["args"].items()}
if program["make"] == "getHost":
    # The one that asks at once takes no outputs.
    get_host = kvmnet.get_host_output if program["fromConfig"] else kvmnet.get_host
    pulumi.export("found", get_host(**args).host_id)
else:
    made = getattr(kvmnet, program["make"])(program["name"], **args)
    if program["make"] == "HostBridge":
        pulumi.export("connection", made.connection)
