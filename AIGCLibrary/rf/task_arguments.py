"""Which arguments of a call are tasks of a kind, as the suite writes them."""

from collections.abc import Iterable

from robot.libraries.BuiltIn import BuiltIn


def tasks_among(arguments: Iterable[str], kind: str) -> list[str]:
    """Return the arguments whose values are tasks of a kind.

    Args:
        arguments: As written. An item of `@{list}` is returned as `${list}[0]`.
        kind: The kind of the tasks.
    """
    found = []
    for argument in map(str, arguments):
        if argument.startswith("@{"):
            listed = BuiltIn().get_variable_value(argument) or ()
            items = [(f"${argument[1:]}[{at}]", item) for at, item in enumerate(listed)]
        else:
            items = [(argument, BuiltIn().replace_variables(argument))]
        found += [name for name, item in items if str(item).startswith(f"{kind}:")]
    return found
