"""A listener for inner runs whose result needs the shared store or the last alert: they wait, however busy it is.

Without it, a run goes on alone after two seconds in all that a store has not answered, and ends 1.5 s after its last
check though a message is still waiting, which is what users need.
"""

from AIGCLibrary.monitoring import monitor
from AIGCLibrary.store import engines, store

ROBOT_LISTENER_API_VERSION = 3
LISTENER = ("--listener", __name__)

store.PATIENCE_SECONDS = store.ANSWER_SECONDS = engines.CONNECT_SECONDS = 60
monitor.END_SECONDS = 60
monitor.END_TRIES = 600
