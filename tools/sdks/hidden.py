

def hidden(value: typing.Any) -> typing.Any:
    """The same value, of which repr() shows nothing: Pulumi's SDK puts it into its errors, whatever is secret in it."""
    for kind, of_kind in _hidden.items():
        if isinstance(value, kind):
            return of_kind(value)
    return value


def _of_kind(kind: type) -> type:
    return type(f"Hidden{kind.__name__.title()}", (kind,), {"__repr__": lambda self: "(hidden)"})


# Of what else is given, repr() shows the type, or Pulumi's SDK takes it as it is: a text, a number.
_hidden = {kind: _of_kind(kind) for kind in (dict, list, tuple, set, bytes, bytearray)}
