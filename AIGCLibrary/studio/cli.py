"""The command `aigc studio`: runs the demo product until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

from AIGCLibrary.studio.misbehaviour import parse_misbehaviour
from AIGCLibrary.studio.settings import LANGUAGES, UI_VERSIONS, StudioSettings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `aigc studio`."""
    plain = StudioSettings()
    parser.description = "Run the demo AIGC product: a web UI, an API and a media generator."
    parser.add_argument("--host", default=plain.host, help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=8765, help="port to listen on, 0 takes a free one (default: %(default)s)"
    )
    parser.add_argument(
        "--speed", type=float, default=plain.speed, help="times faster than real time (default: %(default)g)"
    )
    parser.add_argument(
        "--ui", type=int, choices=UI_VERSIONS, default=plain.ui, help="UI version (default: %(default)s)"
    )
    parser.add_argument("--lang", choices=LANGUAGES, default=plain.lang, help="language (default: %(default)s)")
    parser.add_argument(
        "--seed", type=int, default=plain.seed, help="same seed, same ids and files (default: %(default)s)"
    )
    parser.add_argument("--token", default=plain.token, help="API token (default: %(default)s)")
    parser.add_argument(
        "--concurrency", type=int, default=plain.concurrency, help="jobs at once (default: %(default)s)"
    )
    parser.add_argument("--misbehave", metavar="JSON|FILE", help="what goes wrong, as JSON or a file with it")


def run(args: argparse.Namespace) -> int:
    """Run the studio until Ctrl-C or SIGTERM.

    Args:
        args: As declared by `add_arguments`.

    Returns:
        0 after a clean end, 2 when the options or the port are no good.
    """
    try:
        settings = StudioSettings(
            host=args.host,
            port=args.port,
            speed=args.speed,
            ui=args.ui,
            lang=args.lang,
            seed=args.seed,
            token=args.token,
            concurrency=args.concurrency,
            misbehave=parse_misbehaviour(read_json(args.misbehave) if args.misbehave else {}),
        )
        asyncio.run(_serve(settings))
    except (ValueError, OSError) as error:
        print(f"aigc studio: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    return 0


def read_json(text: str) -> Any:
    """Read JSON on the command line, or from a file that is named there.

    Raises:
        ValueError: It is neither.
    """
    if not text.lstrip().startswith(("{", "[")):
        try:
            text = Path(text).read_text("utf-8")
        except OSError as error:
            raise ValueError(f"it is neither JSON nor a readable file ({error})") from None
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"it is not JSON ({error})") from None


async def _serve(settings: StudioSettings) -> None:
    from AIGCLibrary.studio.server import running

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM"):
        try:
            loop.add_signal_handler(getattr(signal, name), stop.set)
        except (NotImplementedError, AttributeError):  # Windows: Ctrl-C arrives as KeyboardInterrupt
            continue
    async with running(settings) as url:
        print(url, flush=True)
        await stop.wait()


def main() -> int:
    """Run as `python -m AIGCLibrary.studio.cli`."""
    parser = argparse.ArgumentParser(prog="aigc studio")
    add_arguments(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    raise SystemExit(main())
