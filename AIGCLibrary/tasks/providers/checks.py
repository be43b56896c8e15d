"""What a description must not say although its form is right: blanks that nothing fills, classes that nothing reads."""

from collections.abc import Iterator, Mapping
from typing import Any

from AIGCLibrary.errors import near_matches
from AIGCLibrary.tasks.providers.templates import blanks, whole_of

OF_THE_TASK = ("id", "key", "kind", "priority", "inputs", "ids", "webhook_url")
"""Blanks that every task fills."""
WITH_TOKEN = ("login", "oauth2")
"""Signers whose token may also be used in paths and bodies, as `{token}`."""
_LINKS = ("status_url", "cancel_url", "result_url", "stream_url")
_PARTS = ("path", "by_id", "query", "headers", "json", "form", "multipart", "text", "file")
_REQUESTS = ("status", "cancel", "retry", "batch", "stream")
"""Requests about a task that was submitted; one for a result may also use what the answer before it held."""
Place = tuple[str, ...]


def problems(data: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Return what is wrong with a description, and where.

    Args:
        data: The description, with what it extends merged in.
    """
    yield from _unfilled(data)
    yield from _unread(data)


def _unfilled(data: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    submit = data.get("submit") or {}
    named = {name for part in _PARTS for name in blanks(submit.get(part))}
    named |= {*(data.get("inputs") or {}), *data.get("bucket", ()), *(data.get("price") or {}).get("times", ())}
    steps = data.get("prepare") or []
    named |= {name for step in steps for part in _PARTS for name in blanks(step.get(part))}
    named |= {name for step in steps for name in step.get("save") or {}}
    if data.get("hook"):
        return  # what its function `prepare` returns is not known before it runs
    known = {*OF_THE_TASK, *_LINKS, *named}
    known |= {"token"} if (data.get("auth") or {}).get("signer") in WITH_TOKEN else set()
    requests: list[tuple[Place, Mapping[str, Any]]] = [((name,), data.get(name) or {}) for name in _REQUESTS]
    requests.append((("submit", "lookup"), submit.get("lookup") or {}))
    then = (data.get("status") or {}).get("then") or []
    requests += [(("status", "then", str(number)), part) for number, part in enumerate(then)]
    for place, request in requests:
        for part in _PARTS:
            for at, name in _placed(request.get(part), (*place, part)):
                if known & {name.split(".")[0], whole_of(name)}:
                    continue
                said = (
                    f"nothing fills the blank '{{{name}}}': it is neither of the task, nor an input that this "
                    f"description names. {_meant(name, known)} "
                    f"An input of your own is declared as 'inputs: {{{name}: text}}'; braces that are no blank, as in "
                    f"GraphQL, are written with a space after them."
                )
                yield at, said


def _meant(name: str, known: set[str]) -> str:
    """Describe which blank was meant; `ident` and `jobId` are too far from `id` for spelling alone."""
    near = near_matches(name, known)
    short = name.lower().replace("_", "")
    if not near.startswith("Did") and (short.startswith("id") or short.endswith("id")):
        return "Did you mean 'id'?"
    return near


def _placed(template: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Return the blanks of a template with the place of each."""
    if isinstance(template, Mapping):
        for key, item in template.items():
            yield from _placed(item, (*place, str(key)))
    elif isinstance(template, list):
        for number, item in enumerate(template):
            yield from _placed(item, (*place, str(number)))
    else:
        yield from ((place, name) for name in sorted(blanks(template)))


def _unread(data: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    error = data.get("error") or {}
    codes = [error.get(name) for name in ("class", "code", "message")]
    codes += [acceptor.get(name) for acceptor in data.get("acceptors") or [] for name in ("code", "message")]
    if error.get("classes") and not any(codes):
        said = (
            "'classes' has no effect: nothing says where an answer holds the word. Add 'class' or 'code' beside it, "
            "for example 'code: body.code'."
        )
        yield ("error", "classes"), said
