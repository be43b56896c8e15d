"""A process that prepares a template, has the product count, cleans up, and may be killed at any moment."""

import sys

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.http.connection import Connection


def main(url: str, store: str, run_id: str, template: str) -> None:
    engine = Engine(Settings(store=store, run_id=run_id), connections=Connection(url))
    name = engine.data.load(template)[0]
    engine.data.templates.get(name)
    engine.store.flush()
    print("GO", flush=True)
    work = engine.data.prepare(name, scope="run")
    engine.loop.run(work)
    connection = engine.connections.get(None)
    engine.loop.run(engine.http.request("POST", "/checkpoint", connection))
    engine.data.clean_up("run")
    engine.close()
    print("DONE", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
