"""The front of the file ability: processes, validates and unpacks files, and records what was found."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from AIGCLibrary.errors import AIGCError, ConfigError, FileError, near_matches
from AIGCLibrary.events import DownloadProgress
from AIGCLibrary.files.context import CancellationToken
from AIGCLibrary.files.distinct import report_twins
from AIGCLibrary.files.inspector import FileInspector, local_file
from AIGCLibrary.files.labels.laws import law_named
from AIGCLibrary.files.labels.value import Label
from AIGCLibrary.files.options import FileLimits, KeepTemp
from AIGCLibrary.files.outcomes import Outcome
from AIGCLibrary.files.pipeline import FileJob, ProcessingPipeline, name_of
from AIGCLibrary.files.readers import Readers
from AIGCLibrary.files.remember import remember
from AIGCLibrary.files.report import FileReport
from AIGCLibrary.files.rules.book import RuleBook, RuleSet
from AIGCLibrary.files.task_files import sources_in, task_row
from AIGCLibrary.files.temp import sweep
from AIGCLibrary.files.validators import Validators
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.i18n import Text
from AIGCLibrary.units import UnitError, parse_size

if TYPE_CHECKING:
    from collections.abc import Callable

    from AIGCLibrary.runtime import Runtime

log = logging.getLogger("aigc.files")
T = TypeVar("T")
Rules = str | Path | Mapping[str, Any] | RuleSet | None
MOST_WORKERS = 32
"""Threads at most; how many work at once is set by `workers`."""
SCHEMES = ("aigc", "c2pa", "iptc")


class FileService:
    """Processes files for one runtime.

    Args:
        runtime: Returns store, bus, clock, sessions and settings.

    Example:
        ```python
        report = engine.loop.run(engine.files.process("https://example.com/clip.mp4", rules="video"))
        ```
    """

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        options = dict(runtime.settings.options.get("files") or {})
        self.validators = Validators(tuple(options.pop("validators", ())))
        self.readers = Readers(options.pop("readers", None))
        self.limits = FileLimits.load(options)
        self._inspector = FileInspector(self.validators, self.limits)
        self._rules = RuleBook()
        self.pipeline = ProcessingPipeline(
            validators=self.validators, clock=runtime.clock.monotonic, transport=runtime.transport
        )
        self._pool = ThreadPoolExecutor(max(MOST_WORKERS, self.limits.workers), thread_name_prefix="aigc-files")
        runtime.on_close(lambda: self._pool.shutdown(wait=True, cancel_futures=True))
        self._kept = runtime.directory / "results" / "files"
        for folder in (self.limits.temp, self._kept):
            sweep(folder, self.limits.sweep_after, self.limits.resume_for)

    @property
    def rules(self) -> RuleBook:
        """The rule sets, with the files of all imports so far."""
        self._rules.add_project_files(self._runtime.settings.rules)
        return self._rules

    async def process(
        self,
        source: str | Path | bytes,
        *,
        rules: Rules = None,
        max_size: float | str | None = None,
        extract_dir: str | Path | None = None,
        keep_temp: KeepTemp | str = KeepTemp.NEVER,
        session: str | None = None,
        connection: Connection | None = None,
        name: str = "",
        expected: Mapping[str, Any] | None = None,
        pictures: bool = True,
        distinct: bool = False,
    ) -> FileReport:
        """Take a file through the pipeline and return its report, whatever the verdict.

        Args:
            source: URL, path below the session's base URL, path on this machine, or the content.
            rules: Name of a rule set, path of a rule file, or the rules themselves.
            max_size: Bytes the file may have, also as `2 GB`; 500 MB by default.
            extract_dir: An accepted archive is unpacked there.
            keep_temp: `never`, `on_failure` or `always`.
            session: Alias of the RequestsLibrary session to use.
            connection: Headers and certificates to use instead of a session.
            name: File name, where the source has none.
            expected: What is known of the file beforehand: `size`, `sha256`, `md5`.
            pictures: Make a contact sheet or waveform.
            distinct: Keep what it looks like; the report is then stored by `process_all`, once it is compared.

        Raises:
            FileError: It could not be fetched, is too large, or does not fit on the disk.
        """
        order = self._order(source, rules, max_size, extract_dir, KeepTemp(keep_temp), session, connection)
        order.name, order.expected, order.pictures = name or name_of(order.source), dict(expected or {}), pictures
        order.distinct = distinct
        return await self._run(order)

    async def process_all(
        self, sources: Sequence[Any], *, workers: int | None = None, distinct: bool = False, **options: Any
    ) -> list[Outcome]:
        """Process files side by side.

        Args:
            sources: What `process` takes, or mappings of its arguments.
            workers: How many at the same time.
            distinct: A file that shows the same as an earlier one is rejected.
            options: Other arguments of `process`, for all of them.

        Returns:
            For each source, in their order, its report, or the error that kept it from having one;
            `raise_for_all` makes one error of all that is wrong.

        Raises:
            ConfigError: There is no source, so that nothing would be judged, or `workers` is less than 1.
        """
        if not sources:
            raise ConfigError("No file is named to process.")
        if workers is not None and workers < 1:
            raise ConfigError(f"workers={workers} is too small; expected 1 or more.")
        gate = asyncio.Semaphore(workers or self.limits.workers)
        options["distinct"] = distinct

        async def one(source: Any) -> Outcome:
            async with gate:
                try:
                    if isinstance(source, Mapping):
                        return await self.process(**{**options, **source})
                    return await self.process(source, **options)
                except FileError as error:
                    return error

        outcomes = list(await asyncio.gather(*(one(source) for source in sources)))
        if distinct:
            reports = [outcome for outcome in outcomes if isinstance(outcome, FileReport)]
            report_twins(reports)
            for report in reports:
                await asyncio.to_thread(remember, self._runtime, report, None)
        return outcomes

    async def process_task(
        self, task: str, *, rules: Rules = None, session: str | None = None, **options: Any
    ) -> list[Outcome]:
        """Process the files of a task's result.

        Raises:
            FileError: The task is unknown or has no files (AIGC319).
        """
        row = await asyncio.to_thread(task_row, self._runtime.store, task)
        sources = sources_in(task, row, partial(self._absolute, session=session or row.get("session")))
        return await self.process_all(sources, rules=rules, session=session or row.get("session"), **options)

    def validate(self, path: str | Path, rules: Rules = None) -> FileReport:
        """Judge a file on this machine."""
        return self._runtime.loop.run(self.process(local_file(path), rules=rules))

    def type_of(self, path: str | Path) -> str | None:
        """Return the media type of a file by its content."""
        return self._inspector.type_of(path)

    def media_of(self, path: str | Path) -> dict[str, Any]:
        """Return what is measured of a media file, its size, and its tags."""
        return self._inspector.media_of(path)

    def hash_of(self, path: str | Path, algorithm: str = "sha256") -> str:
        """Return the hash of a file.

        Raises:
            ConfigError: The algorithm is unknown.
        """
        return self._inspector.hash_of(path, algorithm)

    def labels_of(self, path: str | Path) -> list[Label]:
        """Return the AIGC labels of a file."""
        return self._inspector.labels_of(path)

    async def check_labels(
        self, path: str | Path, scheme: str = "aigc", survives_from: str | Path | None = None, law: str | None = None
    ) -> FileReport:
        """Judge the labels of a file, and that those of an earlier version are still there.

        Raises:
            ConfigError: The scheme or profile of law is unknown, or none is named.
        """
        schemes = [part.strip().lower() for part in scheme.split(",") if part.strip()]
        for name in schemes:
            if name not in SCHEMES:
                raise ConfigError(f"There is no label scheme '{name}'. {near_matches(name, SCHEMES)}")
        if law is not None:
            schemes = [name for name in schemes if name != "aigc"]
            law_named(law)
        if not schemes and law is None:
            raise ConfigError(f"No label scheme is named. {near_matches('', SCHEMES)}")
        demands = {**dict.fromkeys(schemes, "required"), **({"law": law} if law else {})}
        report = await self.process(path, rules={"labels": demands}, pictures=False)
        report.rules = f"labels: {', '.join([f'law {law}'] * bool(law) + schemes)}"
        if survives_from is not None:
            earlier, later = local_file(survives_from), local_file(path)
            from AIGCLibrary.files.labels.survival import lost_marks

            report.findings += lost_marks(earlier, self.type_of(earlier), later, self.type_of(later))
        return report

    async def extract(self, path: str | Path, directory: str | Path, max_size: float | str | None = None) -> list[Path]:
        """Unpack an archive safely: all of it or nothing."""
        from AIGCLibrary.files.zips.extract import extract

        stop = CancellationToken()
        limit = _max_size(max_size) if max_size is not None else None
        work = partial(extract, local_file(path), Path(directory), max_unpacked=limit, check=stop.check)
        return await self._in_thread(work, stop)

    def _order(
        self,
        source: Any,
        rules: Rules,
        max_size: Any,
        extract_dir: str | Path | None,
        keep: KeepTemp,
        session: str | None,
        given: Connection | None,
    ) -> FileJob:
        limits = self.limits
        if max_size is not None:
            limits = replace(limits, max_size=_max_size(max_size))
        if keep is not KeepTemp.NEVER and limits.temp is None:
            limits = replace(limits, temp=self._kept)  # what may stay belongs to the results, not to the system
        place, connection = self._resolve(source, session)
        return FileJob(
            place,
            rules=self.rules.get(rules),
            connection=given or connection,
            limits=limits,
            extract_dir=Path(extract_dir) if extract_dir else None,
            keep=keep,
            readers=self.readers,
            redact=self._runtime.redactor.text,
        )

    def _resolve(self, source: Any, session: str | None) -> tuple[str | Path | bytes, Connection]:
        """Describe what a source is: content, an address, a path here, or a path on the server of a session."""
        if isinstance(source, bytes):
            return source, Connection("")
        text = str(source)
        if text.startswith(("http://", "https://")):
            return text, self._connection(session)
        if ("://" in text and not text.startswith("file://")) or (session and text.startswith("file:")):
            raise ConfigError(f"Source '{text}' is not an http(s) URL.", hint=Text("files.hint.address"))
        path = Path(text.removeprefix("file://"))
        if session is None and (path.is_file() or isinstance(source, Path)):
            return local_file(path), Connection("")
        if session is None and not text.startswith("/"):
            return local_file(path), Connection("")
        try:
            connection = self._runtime.connections.get(session)
        except ConfigError:
            if session is None:
                local_file(path)
            raise
        return connection.url(text), connection

    def _absolute(self, path: str, session: str | None) -> str:
        return self._runtime.connections.get(session).url(path)

    def _connection(self, session: str | None) -> Connection:
        """Return the session to fetch an address with; none was named and there is none: a plain request."""
        try:
            return self._runtime.connections.get(session)
        except ConfigError:
            if session is None:
                return Connection("")
            raise

    async def _run(self, order: FileJob) -> FileReport:
        received = {"last": 0}

        def progress(count: int, total: int | None) -> None:
            received["last"] = count
            self._runtime.bus.emit(
                DownloadProgress(
                    at=self._runtime.clock.now(), source=order.shown, received=count, total=total, done=count == total
                )
            )

        order.progress = progress
        started = self._runtime.clock.monotonic()
        try:
            report = await self._in_thread(partial(self.pipeline.run, order), order.stop)
        except AIGCError as error:
            report = FileReport(order.shown, order.name, order.rules.name, size=received["last"])
            report.timings["total"] = self._runtime.clock.monotonic() - started
            await asyncio.to_thread(remember, self._runtime, report, error.message)
            raise
        if not order.distinct:
            await asyncio.to_thread(remember, self._runtime, report, None)
        return report

    async def _in_thread(self, work: "Callable[[], T]", stop: CancellationToken) -> T:
        """Run blocking work on the pool; when the caller is cancelled, the work stops and cleans up."""
        future = self._pool.submit(work)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            stop.set()
            raise


def _max_size(value: float | str) -> int:
    try:
        return parse_size(value)
    except UnitError as error:
        raise ConfigError(f"max_size={error.message}") from None
