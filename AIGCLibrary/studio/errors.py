"""The one error shape of the studio's API: code, class, message and, where it helps, the field."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class ErrorClass(StrEnum):
    """What kind of trouble it is; clients decide by this, not by the text."""

    BAD_INPUT = "bad_input"
    QUOTA = "quota"
    CONTENT_POLICY = "content_policy"
    INTERNAL = "internal"
    NOT_FOUND = "not_found"
    UNAUTHORIZED = "unauthorized"
    CONFLICT = "conflict"
    RATE_LIMITED = "rate_limited"


class ApiError(Exception):
    """An answer other than success, raised anywhere in a handler and turned into JSON (or a page) by the app."""

    def __init__(
        self,
        status: int,
        kind: ErrorClass,
        code: str,
        message: str,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.code = code
        self.message = message
        self.field = field
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The JSON document of this error."""
        error = {"code": self.code, "class": str(self.kind), "message": self.message}
        if self.field is not None:
            error["field"] = self.field
        return {"error": error}


def bad_input(code: str, message: str, field: str | None = None, status: int = 422) -> ApiError:
    """The request is understood but its content is not acceptable."""
    return ApiError(status, ErrorClass.BAD_INPUT, code, message, field=field)


def not_found(what: str, name: str) -> ApiError:
    """Nothing of that name is here (any more)."""
    return ApiError(404, ErrorClass.NOT_FOUND, f"{what}_not_found", f"No {what} has the id '{name}'.")


def conflict(code: str, message: str) -> ApiError:
    """The request does not fit the present state."""
    return ApiError(409, ErrorClass.CONFLICT, code, message)
