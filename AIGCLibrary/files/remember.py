"""Keeps the report of a file in the store, and publishes it to all who listen."""

from base64 import b64encode
from typing import TYPE_CHECKING

from AIGCLibrary.events import FileProcessed
from AIGCLibrary.files.report import FileReport

if TYPE_CHECKING:
    from AIGCLibrary.runtime import Runtime

LARGEST_PICTURE = 100_000
"""Bytes of a picture that is kept in the store, to be seen beside that of another run."""


def remember(runtime: "Runtime", report: FileReport, failure: str | None = None) -> None:
    """Store a report with its findings and pictures, then emit `FileProcessed`.

    Args:
        runtime: Store, clock and bus.
        report: The report, or as much of it as there is.
        failure: Why there is no whole report.
    """
    from AIGCLibrary.store import tables

    data, at, store = report.as_dict(), runtime.clock.now(), runtime.store
    store.insert(
        tables.file_report,
        id=report.id,
        at=at,
        source=report.source,
        path=report.path,
        media_type=report.media_type,
        size=report.size,
        sha256=report.sha256,
        success=report.success,
        elapsed=report.timings.get("total"),
        report=data if failure is None else {**data, "error": failure},
    )
    for kind, jpeg in report.pictures.items():
        if len(jpeg) <= LARGEST_PICTURE:
            picture = b64encode(jpeg).decode()
            store.insert(tables.picture, report=report.id, run_id=runtime.run_id, kind=kind, jpeg=picture)
    for finding in report.findings:
        store.insert(
            tables.finding,
            report=report.id,
            rule=finding.rule,
            severity=str(finding.severity),
            expected=finding.expected,
            actual=finding.actual,
            unit=finding.unit,
            place=finding.place,
            message=finding.message,
        )
    runtime.bus.emit(
        FileProcessed(
            at=at,
            source=report.source,
            success=report.success,
            elapsed=report.timings.get("total", 0.0),
            size=report.size,
            media_type=report.media_type,
            disk_efficiency=report.disk.get("efficiency"),
            report=data,
        )
    )
