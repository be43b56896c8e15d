"""Whether a process of this machine runs, asked without touching it."""

import os
import subprocess
import sys

from AIGCLibrary.process import process_alive


def test_a_process_is_alive_until_it_has_ended():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        assert process_alive(other.pid)
        other.communicate(b"\n")
    assert not process_alive(other.pid)
    assert process_alive(os.getpid())


def test_a_process_of_another_user_is_alive():
    assert process_alive(1)
