"""Which readers of text and speech and which judges are in use: what is installed is not used before it is named."""

from collections.abc import Mapping
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.plugins.registry import Registry, import_object

if TYPE_CHECKING:
    from PIL.Image import Image

    from AIGCLibrary.files.hearing.reader import SpeechReader
    from AIGCLibrary.files.reading.judging import Judge
    from AIGCLibrary.files.reading.reader import TextLine, TextReader

GROUPS = {
    "text": ("text reader", "aigclibrary.text_readers"),
    "speech": ("speech reader", "aigclibrary.speech_readers"),
    "judges": ("judge", "aigclibrary.judges"),
}
"""Sort and entry point group of each setting."""


class Readers:
    """Makes the readers that the settings name, once for a process, when they are first needed.

    Args:
        named: The section `options.files.readers`: `text` and `speech` take a name, `judges` a list. A name is that of
            an entry point or `package.module:Class`; classes are made without arguments.

    Raises:
        ConfigError: A setting is unknown.

    Example:
        ```yaml
        # aigc.yaml
        options:
          files:
            readers:
              speech: "my_models.whisper:Reader"
              judges: [vision]
        ```
    """

    def __init__(self, named: Mapping[str, Any] | None = None) -> None:
        self._named = dict(named or {})
        for name in self._named:
            if name not in GROUPS:
                raise ConfigError(f"options.files.readers has no '{name}'. {near_matches(name, GROUPS)}")
        self._judges: dict[str, Judge] = {}
        self._lock = Lock()

    @cached_property
    def text(self) -> "TextReader":
        """The reader of text; that of the extra `ocr` unless another is named.

        Raises:
            ConfigError: The extra is not installed.
            PluginError: The named one cannot be made.
        """
        if name := self._named.get("text"):
            return _NamedTextReader(str(name), _made("text", str(name)))
        from AIGCLibrary.files.reading.ocr import shared_ocr

        return shared_ocr()

    @cached_property
    def speech(self) -> "SpeechReader | None":
        """The reader of speech; None where none is named."""
        name = self._named.get("speech")
        return _made("speech", str(name)) if name else None

    def judge(self, name: str) -> "Judge":
        """Return an enabled judge.

        Args:
            name: Name of its entry point, or the name of its class.

        Raises:
            ConfigError: It is not enabled.
            PluginError: It cannot be made.
        """
        enabled = {str(named).rpartition(":")[2]: str(named) for named in self._named.get("judges") or ()}
        if name not in enabled:
            raise ConfigError(f"judge '{name}' is not enabled in `options.files.readers.judges`.")
        with self._lock:
            if name not in self._judges:
                self._judges[name] = _made("judges", enabled[name])
            return self._judges[name]


class _NamedTextReader:
    """A reader of the project: what it raises is reported as text that was not read, as with judges.

    Args:
        name: As the settings name it.
        reader: The reader.
    """

    def __init__(self, name: str, reader: "TextReader") -> None:
        self._name, self._reader = name, reader

    def read(self, picture: "Image") -> "list[TextLine]":
        """Return the lines of a picture.

        Raises:
            ConfigError: The reader failed.
        """
        try:
            return self._reader.read(picture)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise ConfigError(f"Text reader '{self._name}' failed: {reason}.") from error


def _made(setting: str, name: str) -> Any:
    sort, group = GROUPS[setting]
    found: Any = import_object(name, sort) if ":" in name else Registry[Any](sort, group).get(name)
    return found()
