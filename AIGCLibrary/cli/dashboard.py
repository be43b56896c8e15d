"""`aigc dashboard`: serves what a run writes, from a process of its own."""

import argparse
import os

from AIGCLibrary.cli.terminal import language, text

NAME = "dashboard"
HELP = "Serve the live dashboard of a store"
EXITS = {0: "ended with Ctrl-C"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--store", metavar="URL", help="store; AIGC_STORE, else results/aigc.db")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8099, help="port, 0 for a free one (8099)")
    parser.add_argument("--token", help="access token for visitors; AIGC_DASHBOARD_TOKEN. Required for other hosts")


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from AIGCLibrary.monitoring.dashboard.server import DashboardServer
    from AIGCLibrary.monitoring.runs import open_store

    store = open_store(args.store)
    url = store.url
    store.close()
    token = args.token or os.environ.get("AIGC_DASHBOARD_TOKEN")
    server = DashboardServer(url, host=args.host, port=args.port, token=token)
    print(text("dashboard.serving", language(), url=server.start()), flush=True)
    try:
        server.wait()
    except KeyboardInterrupt:
        print()
    finally:
        server.stop()
    return 0
