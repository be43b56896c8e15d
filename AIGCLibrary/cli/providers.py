"""`aigc providers`: which task APIs are known, what a description says, and whether it fits the product."""

import argparse
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.cli.project import add_config, find_config

if TYPE_CHECKING:
    from AIGCLibrary.tasks.client import ProviderAnswer
    from AIGCLibrary.tasks.providers.loader import Providers

NAME = "providers"
INPUT = "input of the task: a text, or as JSON (numbers, true, lists) NAME:=VALUE"
HELP = "list, show and check descriptions of task APIs, or try one on a product"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    what = parser.add_subparsers(dest="what", required=True, metavar="list|show|check|try")
    listing = what.add_parser("list", help="names, titles and abilities of all known providers")
    listing.add_argument("--file", type=Path, action="append", default=[], help="own provider file or folder")
    listing.add_argument("--json", action="store_true", help="print JSON for a machine")
    show = what.add_parser("show", help="a description as it counts, with what it extends")
    show.add_argument("name")
    show.add_argument("--kind", help="with the differences of this kind of task")
    show.add_argument("--file", type=Path, action="append", default=[], help="own provider file or folder")
    check = what.add_parser("check", help="read the samples of a file with its descriptions")
    check.add_argument("file", type=Path, nargs="*", help="file or folder; the project's own when not given")
    for one in (listing, show, check):
        add_config(one)
    attempt = what.add_parser("try", help="submit or track one task and print each answer and how it was read")
    attempt.add_argument("url", help="base URL of the product's API")
    attempt.add_argument("--provider", help="name of the description; the only one of --file when not given")
    attempt.add_argument("--file", type=Path, action="append", default=[], help="own provider file or folder")
    attempt.add_argument("--kind", default="image")
    attempt.add_argument("--track", metavar="ID", help="follow this task instead of submitting one")
    attempt.add_argument("--input", action="append", default=[], metavar="NAME=VALUE", help=INPUT)
    attempt.add_argument("--header", action="append", default=[], metavar="NAME:VALUE", help="for example a token")
    attempt.add_argument("--timeout", default="10 min")


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from AIGCLibrary.tasks.providers.loader import Providers

    if args.what == "try":
        return _try(args)
    providers = Providers()
    # Files that are named come alone: one of them may describe what a file of the project describes already.
    files = args.file or list(_of_project(args.config))
    for path in [] if args.what == "check" else files:
        providers.load(path)
    if args.what == "list":
        return _list(providers, as_json=args.json)
    if args.what == "show":
        return _show(providers, args.name, args.kind)
    return _check(providers, files)


def _of_project(config: Path | None) -> tuple[Path, ...]:
    """Return the provider files of the project in this folder, as its settings name them."""
    from AIGCLibrary.config import Settings

    found = find_config(config)
    return Settings.load(found).providers if found else ()


def _list(providers: "Providers", *, as_json: bool) -> int:
    listed = []
    for name in providers.names():
        provider = providers.get(name)
        able = {
            "progress": provider.progress,
            "queue": provider.queue_position,
            "cancel": provider.cancel,
            "batch": provider.batch,
            "webhook": provider.webhook,
            "stream": provider.stream,
            "safe resubmit": provider.submit and (provider.submit.idempotency or provider.submit.lookup),
        }
        if as_json:
            features = {word: bool(part) for word, part in able.items()}
            listed.append({"name": name, "title": provider.title, "own": name in providers.own, "able": features})
            continue
        own = "" if name not in providers.own else " (own)"
        print(f"{name:18} {provider.title}{own}")
        print(f"{'':18} {', '.join(word for word, part in able.items() if part) or 'state only'}")
    if as_json:
        from AIGCLibrary.cli.terminal import print_json

        print_json(listed)
    return 0


def _show(providers: "Providers", name: str, kind: str | None) -> int:
    import yaml

    entry = providers.entry(name)
    merged = {key: value for key, value in providers.merged(name, kind).items() if key != "samples"}
    print(f"# {entry.document.path}")
    text = yaml.safe_dump({"version": 1, "providers": {name: merged}}, allow_unicode=True, sort_keys=False, width=110)
    print(text, end="")
    return 0


def _check(providers: "Providers", files: list[Path]) -> int:
    from AIGCLibrary.errors import ConfigError
    from AIGCLibrary.i18n import Text
    from AIGCLibrary.tasks.providers.samples import check_samples, facts

    if not files:
        raise ConfigError("There is no provider file to check.", hint=Text("cli.hint.providers"))
    bad = total = 0
    for file in files:
        for name in providers.load(file):
            _check_hook(providers, name)
            samples = providers.entry(name).data.get("samples") or []
            print(
                f"{name}: {len(samples)} samples" + ("" if samples else "; add some recorded answers under 'samples'")
            )
            for number, sample in enumerate(samples, 1):
                (result,) = check_samples(providers.reader(name, sample.get("kind")), [sample])
                total += 1
                bad += bool(result.problems)
                read = facts(result.snapshot)
                shown = read["state"] or f"trouble: {read['trouble']}"
                label = result.name or f"sample {number}"
                print(f"  {'ok  ' if not result.problems else 'WRONG'} {label}: {shown}")
                for problem in result.problems:
                    print(f"        {problem}")
    if not total:
        print("The descriptions are well-formed. None has samples, so nothing was read with them.")
        return 0
    print(f"{total - bad} of {total} samples are read as expected.")
    return 1 if bad else 0


def _check_hook(providers: "Providers", name: str) -> None:
    """Call `sign` of a hook on a request, as a task would; `read` is called on each sample."""
    from AIGCLibrary.tasks.providers.samples import check_signing

    hook = providers.get(name).hook
    if hook is None:
        return
    if hook.sign is not None:
        print(f"{name}: sign of {hook.path.name} adds {', '.join(check_signing(hook)) or 'no header'}")
    if hook.prepare is not None:
        print(f"{name}: prepare of {hook.path.name} needs the product and was not called")


def _try(args: argparse.Namespace) -> int:
    import tempfile

    from AIGCLibrary.cli.terminal import language, say_warnings
    from AIGCLibrary.config import Settings
    from AIGCLibrary.engine import Engine
    from AIGCLibrary.http.connection import Connection

    headers = dict(_pair(text, ":") for text in args.header)
    inputs = dict(_input(text) for text in args.input)
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(
            Settings(providers=tuple(args.file)).identified({}),
            directory=Path(folder),
            connections=Connection(args.url, headers),
        )
        for value in headers.values():
            engine.redactor.add(value, value.removeprefix("Bearer "))
        handler = say_warnings(language())
        try:
            return _follow(engine, args, inputs)
        finally:
            logging.getLogger("aigc").removeHandler(handler)
            engine.close()


def _follow(engine: Any, args: argparse.Namespace, inputs: dict[str, Any]) -> int:
    from AIGCLibrary.cli.terminal import language, say_error
    from AIGCLibrary.errors import AIGCError
    from AIGCLibrary.http.response import readable

    tasks, run = engine.tasks, engine.loop.run
    tasks.observer.on_answer.append(lambda task, answer: _print_answer(engine, task, answer))
    if args.track:
        handle = run(tasks.track(args.kind, args.track, provider=args.provider))
    else:
        handle = run(tasks.submit(args.kind, inputs, provider=args.provider))
        task = run(tasks.task(handle))
        print(f"submitted: HTTP {task.last_status} {engine.redactor.text(readable(task.last_body))[:600]}")
        print(f"           read as: id '{task.remote_id}', links {task.urls or 'none'}")
    try:
        result = run(tasks.wait(handle, timeout=args.timeout))
    except AIGCError as error:
        say_error(error, language())
        return 1
    print(
        json.dumps({key: result[key] for key in ("state", "duration", "queued", "polls", "cost")}, ensure_ascii=False)
    )
    for file in result["result"]["files"]:
        print(f"file: {json.dumps(file, ensure_ascii=False)}")
    return 0


def _print_answer(engine: Any, task: Any, answer: "ProviderAnswer") -> None:
    from AIGCLibrary.http.response import readable
    from AIGCLibrary.tasks.providers.samples import facts

    usual = {"known": True, "ambiguous": False, "urls": [], "names": []}
    read = facts(answer.snapshot)
    reported = {name: value for name, value in read.items() if value is not None and value != usual.get(name)}
    body = engine.redactor.text(readable(answer.body))[:600]
    number = task.polls + (answer.via in ("poll", "batch"))
    print(f"{answer.via} {number}: HTTP {answer.http_status} {answer.problem or body}")
    print(f"           read as: {json.dumps(reported, ensure_ascii=False, default=str)}")


def _input(text: str) -> tuple[str, Any]:
    from AIGCLibrary.errors import ConfigError

    name, value = _pair(text, "=")
    if not name.endswith(":"):
        return name, value
    try:
        return name[:-1].strip(), json.loads(value)
    except ValueError as error:
        raise ConfigError(f"'{value}' of '{text}' is no JSON ({error}); a text is given as NAME=VALUE.") from None


def _pair(text: str, sign: str) -> tuple[str, str]:
    from AIGCLibrary.errors import ConfigError

    name, found, value = text.partition(sign)
    if not found:
        raise ConfigError(f"'{text}' is not of the form NAME{sign}VALUE.")
    return name.strip(), value.strip()
