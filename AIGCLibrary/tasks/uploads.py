"""Files among the inputs of a task: paths, bytes and open files, read when a request sends them."""

import base64
import mimetypes
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.tasks.providers.templates import blanks, takes_rest

FILE_TYPES = frozenset({"file", "base64", "data_url"})
"""Types of inputs whose value is a file."""
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_\s-]{16,}+(?:={1,2}\s*+)?")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to be sent.

    Args:
        name: File name that is sent to the product.
        path: Where it is; None when the content is here.
        content: The bytes; None when they are read from `path`.
    """

    name: str
    path: Path | None = None
    content: bytes | None = field(default=None, repr=False)

    def read(self) -> bytes:
        """Return the bytes.

        Raises:
            ConfigError: The file cannot be read.
        """
        if self.content is not None:
            return self.content
        try:
            return Path(self.path or "").read_bytes()
        except OSError as error:
            raise ConfigError(f"File '{self.path}' cannot be read: {error.strerror or error}.") from None

    @property
    def media_type(self) -> str:
        """Media type by the name's ending."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    def __str__(self) -> str:
        """Describe it in stored records and messages: its path, or its name and size."""
        return str(self.path) if self.path is not None else f"<{self.name}, {len(self.content or b'')} bytes>"


def upload_of(name: str, value: Any) -> Upload | None:
    """Return a value that is a file as one; None for any other value.

    Args:
        name: Name of the input, which also names bytes without a name of their own.
        value: Bytes, a `Path`, or an open file.
    """
    if isinstance(value, Upload):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return Upload(name, content=bytes(value))
    if isinstance(value, Path):
        return Upload(value.name, path=value)
    if callable(getattr(value, "read", None)):
        content = value.read()
        content = content.encode() if isinstance(content, str) else bytes(content)
        known = getattr(value, "name", None)
        return Upload(Path(known).name if isinstance(known, str) else name, content=content)
    return None


def checked(name: str, value: Any, kind: str, type_name: str) -> Any:
    """Return an input of a file type; a text must be a link, or the path of a file that exists.

    Raises:
        ConfigError: The file does not exist.
    """
    if not isinstance(value, str):
        return value
    if _ELSEWHERE.match(value) and not Path(value).drive:
        return value
    if not _is_file(value) and not (type_name == "base64" and _BASE64.fullmatch(value)):
        raise ConfigError(
            f"Input '{name}' of a task of kind '{kind}' is the file '{value}', which does not exist. "
            f"Relative paths start at {Path.cwd()}.",
            facts={"input": name, "kind": kind, "value": value[:200]},
        )
    return value


class FileInputs:
    """The inputs of a provider whose values are files.

    Args:
        types: Types of inputs by name.
    """

    def __init__(self, types: Mapping[str, str]) -> None:
        self._typed = types
        self._types = {name: type_name for name, type_name in types.items() if type_name in FILE_TYPES}

    def sent_by(self, body: Any, values: Mapping[str, Any]) -> bool:
        """Return whether a request sends a file, which has to be read then; a poll hardly ever does.

        Args:
            body: Template of its body; None where it has none.
            values: What its blanks are filled with.
        """
        held = {name for name in self._types if values.get(name) is not None}
        return (
            bool(held) and body is not None and (takes_rest(body) or not held.isdisjoint(_inputs(blanks(body), held)))
        )

    def resolved(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of a request with the files in the form that is sent.

        Args:
            values: What blanks are filled with.
        """
        found = dict(values)
        for name, type_name in self._types.items():
            if found.get(name) is not None:
                found[name] = _sent(name, found[name], type_name)
        inputs = found.get("inputs")
        if isinstance(inputs, Mapping):
            found["inputs"] = {key: found.get(key) if key in self._typed else value for key, value in inputs.items()}
        return found


def _inputs(names: Iterable[str], held: set[str]) -> set[str]:
    """Return the inputs that blanks stand for: `{image}`, `{inputs.image}`, or all of them by `{inputs}`."""
    plain = {name.removeprefix("inputs.").partition(".")[0] for name in names}
    return held if "inputs" in plain else plain


def _sent(name: str, value: Any, type_name: str) -> Any:
    if isinstance(value, list):
        return [_sent(name, item, type_name) for item in value]
    file = upload_of(name, Path(value) if isinstance(value, str) and _is_file(value) else value)
    if file is None or type_name == "file":
        return value if file is None else file
    text = base64.b64encode(file.read()).decode()
    return text if type_name == "base64" else f"data:{file.media_type};base64,{text}"


def _is_file(text: str) -> bool:
    try:
        return len(text) < 4096 and Path(text).is_file()
    except (OSError, ValueError):
        return False


def refuse_files(body: Any, provider: str, place: str = "") -> None:
    """Reject a JSON body that holds a file.

    Raises:
        ConfigError: It does; the message names the field and the ways to send it.
    """
    if isinstance(body, Mapping):
        for name, item in body.items():
            refuse_files(item, provider, f"{place}.{name}" if place else str(name))
    elif isinstance(body, list):
        for item in body:
            refuse_files(item, provider, place)
    elif isinstance(body, Upload):
        raise ConfigError(
            f"'{place}' of provider '{provider}' is a file ({body}), and JSON cannot carry one. Describe it as "
            f"'inputs: {{{place.rpartition('.')[2]}: base64}}' or 'data_url', or send it by "
            "'multipart' or a step of 'prepare'."
        )


def stored(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs as a record keeps them: files by their path, or by name and size."""
    return {name: _described(value) for name, value in inputs.items()}


def _described(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _described(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_described(item) for item in value]
    return str(value) if isinstance(value, Upload) else value
