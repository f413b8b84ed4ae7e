// Nothing: what Pulumi itself takes.
