"""`aigc mcp`: serves finished runs to an assistant, read-only, by the Model Context Protocol."""

import argparse
from pathlib import Path

from AIGCLibrary.cli.project import add_language

NAME = "mcp"
HELP = "Serve finished runs to an assistant as a read-only MCP server"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "results", nargs="?", type=Path, default=Path("results"), help="folder with aigc.db, or a store"
    )
    parser.add_argument("--http", type=int, metavar="PORT", help="serve HTTP on 127.0.0.1 instead of standard output")
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Serve until the other side closes."""
    from AIGCLibrary.cli.terminal import language
    from AIGCLibrary.monitoring.runs import open_store
    from AIGCLibrary.recovery.bundle import RunBundle
    from AIGCLibrary.recovery.mcp_server import make_server

    place: Path = args.results
    store = open_store(str(place / "aigc.db") if place.is_dir() or place.suffix == "" else str(place))
    try:
        server = make_server(RunBundle(store, language(args.language)))
        if args.http:
            server.run("streamable-http", host="127.0.0.1", port=args.http)
        else:
            server.run("stdio")
    finally:
        store.close()
    return 0
