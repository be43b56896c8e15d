"""`aigc providers try`: one task on a product, with each answer and how it was read."""

import argparse
import json
import logging
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.cli.masking import command_redactor
from AIGCLibrary.cli.task_inputs import name_and_value, task_input
from AIGCLibrary.cli.terminal import language, print_json, say_error, say_warnings, text
from AIGCLibrary.cli.urls import check_url
from AIGCLibrary.errors import AIGCError

if TYPE_CHECKING:
    from AIGCLibrary.tasks.client import ProviderAnswer

_SHOWN = 600  # characters of an answer
_RESULT = ("state", "duration", "queued", "polls", "cost")


def attempt(args: argparse.Namespace) -> int:
    """Submit or track one task and print each answer.

    Returns:
        0; 1 where the task did not complete.
    """
    from AIGCLibrary.config import Settings
    from AIGCLibrary.engine import Engine
    from AIGCLibrary.http.connection import Connection

    check_url(args.url)
    headers = dict(name_and_value(text, ":") for text in args.header)
    inputs = dict(task_input(text) for text in args.input)
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(
            Settings(providers=tuple(args.file)).identified({}),
            directory=Path(folder),
            connections=Connection(args.url, headers),
            redactor=command_redactor(),
        )
        engine.redactor.add(*headers.values())
        engine.redactor.add_headers(headers)
        engine.redactor.add_named({"inputs": inputs})
        handler = say_warnings(language())
        try:
            return _follow(engine, args, inputs)
        finally:
            logging.getLogger("aigc").removeHandler(handler)
            engine.close()


def _follow(engine: Any, args: argparse.Namespace, inputs: dict[str, Any]) -> int:
    tasks, run = engine.tasks, engine.loop.run
    answers: list[dict[str, Any]] = []

    def heard(task: Any, answer: "ProviderAnswer") -> None:
        answers.append(_answer(engine, task, answer))
        if not args.json:
            _print_answer(answers[-1])

    tasks.observer.on_answer.append(heard)
    submitted = None
    if args.track:
        handle = run(tasks.track(args.kind, args.track, provider=args.provider))
    else:
        handle = run(tasks.submit(args.kind, inputs, provider=args.provider))
        submitted = _submitted(engine, run(tasks.task(handle)))
        if not args.json and submitted["http"]:  # a held call is answered at its end
            lang = language()
            links = submitted["links"] or text("try.none", lang)
            print(text("try.submitted", lang, http=submitted["http"], body=submitted["body"]))
            print(text("try.read_submit", lang, id=submitted["id"], links=links))
    result = failed = None
    try:
        result = run(tasks.wait(handle, timeout=args.timeout))
    except AIGCError as error:
        say_error(error, language())
        failed = {"code": error.code, "message": engine.redactor.text(error.message)}
    if args.json:
        shown = {**{key: result[key] for key in _RESULT}, "files": result["result"]["files"]} if result else None
        shown = engine.redactor.data(shown)
        print_json({"submitted": submitted, "answers": answers, "result": shown, "error": failed})
    elif result:
        print(text("try.result", language(), result=_json({key: result[key] for key in _RESULT})))
        for file in result["result"]["files"]:
            print(text("try.file", language(), file=_json(engine.redactor.data(file))))
    return int(failed is not None)


def _submitted(engine: Any, task: Any) -> dict[str, Any]:
    from AIGCLibrary.http.response import readable

    body = _masked(engine, readable(task.last_body))
    links = engine.redactor.data(task.urls)
    return {"http": task.last_status, "body": body, "id": task.remote_id, "links": links}


def _masked(engine: Any, body: str) -> str:
    """Return the begin of an answer; the secrets that its fields name are masked from now on."""
    engine.redactor.add_json(body)
    return str(engine.redactor.text(body))[:_SHOWN]


def _answer(engine: Any, task: Any, answer: "ProviderAnswer") -> dict[str, Any]:
    from AIGCLibrary.http.response import readable
    from AIGCLibrary.tasks.providers.samples import facts

    usual = {"known": True, "ambiguous": False, "urls": [], "names": []}
    read = facts(answer.snapshot)
    return {
        "via": answer.via,
        "number": task.polls + (answer.via in ("poll", "batch")),
        "http": answer.http_status,
        "problem": answer.problem,
        "body": _masked(engine, readable(answer.body)),
        "read": engine.redactor.data(
            {name: value for name, value in read.items() if value is not None and value != usual.get(name)}
        ),
    }


def _print_answer(answer: dict[str, Any]) -> None:
    lang = language()
    via = text(f"try.via.{answer['via']}", lang)
    rest = answer["problem"] or answer["body"]
    key = "try.answer" if answer["http"] else "try.unanswered"
    print(text(key, lang, via=via, number=answer["number"], http=answer["http"], rest=rest).rstrip())
    print(text("try.read_as", lang, read=_json(answer["read"])))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
