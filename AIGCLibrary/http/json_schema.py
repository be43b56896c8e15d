"""JSON Schemas of users: their references are read from files, never from the network."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from AIGCLibrary.errors import ConfigError


def compiled(schema: Any, base: str | None = None, *, formats: bool = False) -> Any:
    """Return the validator of a JSON Schema.

    Args:
        schema: The schema.
        base: URI of the file it comes from, for its relative references.
        formats: Check `format` as well.

    Raises:
        ConfigError: It is no schema, or one of its references cannot be read or leads to the network.
    """
    import jsonschema_rs

    try:
        return jsonschema_rs.validator_for(schema, base_uri=base, validate_formats=formats, retriever=_read)
    except (jsonschema_rs.ValidationError, ValueError) as error:
        raise ConfigError(f"The JSON Schema cannot be used: {str(error).splitlines()[0]}") from None


def _read(uri: str) -> Any:
    """Read what a reference names; the validator itself would fetch addresses past the transport."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        raise ValueError(f"'{uri}' is no file; save it beside the schema and refer to that")
    return json.loads(Path(url2pathname(parts.path)).read_text(encoding="utf-8"))
