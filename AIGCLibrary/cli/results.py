"""Opens the results that a command line names: a store, or the output file of a run."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from AIGCLibrary.store import Store


def open_results(place: str | None, command: str, run_id: str | None = None) -> "tuple[Store, str | None]":
    """Open the store, and return the run whose output file was named, if one was.

    Args:
        place: Folder, file or URL; None for the usual store.
        command: Name of the command, for its hint.
        run_id: The run that was asked for.
    """
    from AIGCLibrary.i18n import Text
    from AIGCLibrary.monitoring.runs import open_store, open_store_of, output_in, store_in
    from AIGCLibrary.rf.run_of import run_in

    hint = Text("cli.hint.store_place", command=f"aigc {command}")
    output = output_in(place) if place else None
    if output is None:
        return open_store(store_in(place) if place else None, hint=hint), run_id
    run_id = run_id or run_in(output)
    return open_store_of(output, run_id, hint), run_id
