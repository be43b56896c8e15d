"""Cog 0.9.9, bound to the loopback interface: this release has no option for its host."""

import runpy
import sys

import uvicorn


def main():
    plain = uvicorn.Config

    class Loopback(plain):
        def __init__(self, *args, **options):
            super().__init__(*args, **{**options, "host": "127.0.0.1"})

    uvicorn.Config = Loopback
    sys.argv = ["cog.server.http", *sys.argv[1:]]
    runpy.run_module("cog.server.http", run_name="__main__")


if __name__ == "__main__":  # its worker process imports this file again
    main()
