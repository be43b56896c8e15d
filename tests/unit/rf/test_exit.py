"""The end of a process whose run had no listener of the command line."""

import subprocess
import sys

SCRIPT = """
import asyncio
from AIGCLibrary.config import Settings
from AIGCLibrary.rf import shared

engine = shared.engine(Settings())
engine.loop.run(asyncio.sleep(0))

def closing():
    print(engine.loop.run(asyncio.to_thread(lambda: "a thread worked at the end")))

engine.on_close(closing)
"""


def test_services_close_while_threads_can_still_be_used(tmp_path):
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "a thread worked at the end\n", done.stderr
