"""`aigc mcp`: serves finished runs to an assistant, read-only, by the Model Context Protocol."""

import argparse

from AIGCLibrary.cli.project import add_language

NAME = "mcp"
HELP = "Serve finished runs to an assistant as a read-only MCP server"
EXITS = {0: "the client has gone"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "results", nargs="?", help="folder with aigc.db, its file, or a store's URL (default: AIGC_STORE, else results)"
    )
    parser.add_argument("--http", type=int, metavar="PORT", help="serve HTTP on 127.0.0.1 instead of standard output")
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Serve until the other side closes."""
    from AIGCLibrary.cli.results import open_results
    from AIGCLibrary.cli.terminal import language
    from AIGCLibrary.recovery.bundle import RunBundle
    from AIGCLibrary.recovery.mcp_server import make_server

    store, _ = open_results(args.results, NAME)
    try:
        server = make_server(RunBundle(store, language(args.language)))
        if args.http:
            server.run("streamable-http", host="127.0.0.1", port=args.http)
        else:
            server.run("stdio")
    finally:
        store.close()
    return 0
