"""Keys and passwords from environment variables, read when a request needs them."""

import os
from collections.abc import Callable, Mapping

from AIGCLibrary.errors import ConfigError


class SecretValues:
    """Named secrets.

    Args:
        variables: Environment variable of each name.
        owner: Whose they are, for messages: `provider 'kling'`.
        learn: Receives each value that is read, so that it is masked in messages and logs.
        environ: The variables.
    """

    def __init__(
        self,
        variables: Mapping[str, str],
        owner: str,
        learn: Callable[[str], None] = lambda _value: None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.variables = variables
        self.owner = owner
        self.learn = learn
        self._environ = environ

    def read(self, *optional: str) -> dict[str, str]:
        """Return the secrets by name.

        Args:
            optional: Names that may be unset.

        Raises:
            ConfigError: A variable is not set.
        """
        found = {name: self._environ.get(variable, "") for name, variable in self.variables.items()}
        unset = [self.variables[name] for name, value in found.items() if not value and name not in optional]
        if unset:
            what = "variables" if len(unset) > 1 else "variable"
            raise ConfigError(
                f"The {self.owner} signs in with the environment {what} {', '.join(unset)}, not set here. Set it where "
                "the tests run; its value belongs in no file.",
                facts={"class": "unauthorized", "missing": unset},
            )
        for value in found.values():
            if value:
                self.learn(value)
        return found
