"""A listener for inner runs whose result needs the shared store: however busy the machine is, they wait for it.

Without it, a run goes on alone after two seconds in all that a store has not answered, which is what users need.
"""

from AIGCLibrary.store import engines, store

ROBOT_LISTENER_API_VERSION = 3
LISTENER = ("--listener", __name__)

store.PATIENCE_SECONDS = store.ANSWER_SECONDS = engines.CONNECT_SECONDS = 60
