"""Keywords that download, judge, measure and unpack files."""

import sys
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from assertionengine import AssertionOperator
from robot.api.deco import keyword

from AIGCLibrary.errors import ConfigError, FileError, near_matches
from AIGCLibrary.files.options import KeepTemp
from AIGCLibrary.keywords.component import Component, dotted
from AIGCLibrary.keywords.results import FileLabels, FileResult

if TYPE_CHECKING:
    from AIGCLibrary.files.report import FileReport

T = TypeVar("T")
_NEED_A_VALUE = [AssertionOperator[sign] for sign in ("==", "<", ">", "<=", ">=", "*=", "^=", "$=", "matches")]


class FileKeywords(Component):
    """Keywords of the group File."""

    @keyword(tags=("File",))
    def process_file(
        self,
        source: str | bytes,
        *,
        rules: dict | str | None = None,
        max_size: str | int | None = None,
        extract_dir: Path | None = None,
        keep_temp: KeepTemp = KeepTemp.NEVER,
        session: str | None = None,
        name: str | None = None,
    ) -> FileResult:
        """Downloads a file, judges it while it arrives, analyses it and cleans up.

        A file that is known to be wrong is rejected as soon as that is known, often after a few kilobytes. The log
        shows a contact sheet or waveform, all findings and timings.

        Args:
            source: URL, path below the session's base URL, path on this machine, or the content as bytes.
            rules: Name of a rule set, path of a rule file (`file.yaml#name`), or a dictionary with rules, which may
                extend a set: `{"extends": "video", "duration": "4.5..5.5 s"}`. Without rules a file must be whole,
                uncorrupted and safe.
            max_size: Size a file may have, for example `2 GB`; 500 MB by default.
            extract_dir: An accepted archive is unpacked there.
            keep_temp: `never`, `on_failure` or `always`: whether the downloaded file stays. Of a file that was rejected
                early there is none; the rule `early: false` has it fetched anyway.
            session: Alias of the RequestsLibrary session to download with.
            name: File name, where the source has none.

        Returns:
            The report: `media_type`, `size` (bytes), `sha256`, `media` (`duration`, `resolution`, `fps` …), `labels`,
            `archive`, `findings`, `files` (paths that are left), `timings` (seconds), `traffic`, `disk`.

        Raises:
            FileError: The file was rejected; the message lists every finding. Or it could not be fetched.

        Example:
            ```robotframework
            ${report} =    Process File    ${url}    rules=video    max_size=1 GB
            Should Be Equal    ${report.media.resolution}    1280x720
            ```
        """
        report = self._watched(
            self.engine.files.process(
                source, rules=rules, max_size=max_size, extract_dir=extract_dir, keep_temp=keep_temp, session=session,
                name=name or "",
            )
        )  # fmt: skip
        return self._told([report])[0]

    @keyword(tags=("File",))
    def process_files(
        self,
        sources: list,
        *,
        rules: dict | str | None = None,
        workers: int | None = None,
        distinct: bool = False,
        max_size: str | int | None = None,
        extract_dir: Path | None = None,
        keep_temp: KeepTemp = KeepTemp.NEVER,
        session: str | None = None,
    ) -> list[FileResult]:
        """Does what `Process File` does for several files at the same time.

        Args:
            sources: URLs, paths, or dictionaries with `source` and the arguments of `Process File`.
            rules: See `Process File`; for all files that have none of their own.
            workers: Files processed at the same time; 4 by default.
            distinct: True: a file that is, or shows, the same as an earlier one is rejected. Pictures and films are
                compared by what is seen (encoded or scaled differently is the same), others by their bytes.
            max_size: See `Process File`.
            extract_dir: See `Process File`.
            keep_temp: See `Process File`.
            session: See `Process File`.

        Returns:
            The reports in the order of the sources.

        Raises:
            FileError: At least one file was rejected or could not be fetched; the message lists all that is wrong.

        Example:
            ```robotframework
            ${reports} =    Process Files    ${urls}    rules=image    workers=8    distinct=yes
            ```
        """
        options = {"max_size": max_size, "extract_dir": extract_dir, "keep_temp": keep_temp, "session": session}
        outcomes = self._watched(
            self.engine.files.process_all(sources, workers=workers, distinct=distinct, rules=rules, **options)
        )
        return self._told(outcomes)

    @keyword(tags=("File",))
    def process_task_files(
        self,
        task: str,
        *,
        rules: dict | str | None = None,
        distinct: bool = False,
        max_size: str | int | None = None,
        extract_dir: Path | None = None,
        keep_temp: KeepTemp = KeepTemp.NEVER,
        session: str | None = None,
    ) -> list[FileResult]:
        """Downloads and judges the files of a completed task, and compares them with what its result announced.

        Args:
            task: The task, as `Submit Task` or `Track Task` returned it.
            rules: See `Process File`.
            distinct: See `Process Files`; for tasks that return several variants.
            max_size: See `Process File`.
            extract_dir: See `Process File`.
            keep_temp: See `Process File`.
            session: Alias of the RequestsLibrary session; the task's own by default.

        Returns:
            The reports, one for each file.

        Raises:
            FileError: The task has no files, or at least one was rejected or could not be fetched.

        Example:
            ```robotframework
            ${task} =    Submit Task    video    prompt=a cat on the moon
            Wait For Task    ${task}
            Process Task Files    ${task}    rules=video
            ```
        """
        self.run(self.engine.tasks.registry.flush())  # what is known of tasks reaches the store a little later
        outcomes = self._watched(
            self.engine.files.process_task(
                task,
                rules=rules,
                distinct=distinct,
                max_size=max_size,
                extract_dir=extract_dir,
                keep_temp=keep_temp,
                session=session,
            )
        )
        return self._told(outcomes)

    @keyword(tags=("File", "Assertion"))
    def validate_file(self, path: Path, rules: dict | str | None = None) -> FileResult:
        """Judges a file on this machine.

        Args:
            path: The file.
            rules: See `Process File`.

        Returns:
            The report, as `Process File` returns it.

        Raises:
            FileError: The file was rejected; the message lists every finding.

        Example:
            ```robotframework
            Validate File    ${OUTPUT DIR}/bundle.zip    bundle
            ```
        """
        return self._told([self.run(self.engine.files.process(path, rules=rules))])[0]

    @keyword(tags=("File", "Config"))
    def load_validation_rules(self, path: Path) -> list[str]:
        """Reads a rule file, or all rule files of a folder; sets of the same name replace those known before.

        Args:
            path: YAML file or folder.

        Returns:
            The names of the rule sets.

        Raises:
            ConfigError: A file is missing or wrong; the message names the line.

        Example:
            ```robotframework
            Load Validation Rules    ${CURDIR}/../resources/rules
            ```
        """
        return self.engine.files.rules.load(path)

    @keyword(tags=("File", "Getter", "Assertion"))
    def get_file_type(
        self,
        path: Path,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
    ) -> str | None:
        """Returns the media type of a file by its content, whatever its name says, and optionally checks it.

        Args:
            path: The file.
            assertion_operator: See `Assertions`.
            assertion_expected: What the type is compared with.
            message: Message of the failure, in place of the default.

        Returns:
            For example `video/mp4`; None when the content is not recognised.

        Example:
            ```robotframework
            Get File Type    clip.mp4    ==    video/mp4
            ```
        """
        value = self.engine.files.type_of(path)
        return self.verify(value, assertion_operator, assertion_expected, message, f"Type of '{path}'")

    @keyword(tags=("File", "Getter", "Assertion"))
    def get_media_info(
        self,
        path: Path,
        key: str | None = None,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
    ) -> Any:
        """Returns what is measured of a media file, and optionally checks it.

        Args:
            path: The file.
            key: One value: `duration` (s), `resolution`, `width`, `height`, `fps`, `video_codec`, `audio_codec`,
                `bitrate` (bit/s), `channels`, `sample_rate` (Hz), `frames` …; all of them as a dictionary when not
                given.
            assertion_operator: See `Assertions`.
            assertion_expected: What the value is compared with.
            message: Message of the failure, in place of the default.

        Returns:
            The value; None when the file has none.

        Example:
            ```robotframework
            Get Media Info    clip.mp4    duration    >    4.5
            ```
        """
        from AIGCLibrary.files.rules.judge import look_up
        from AIGCLibrary.files.rules.vocabulary import MEDIA_FACTS

        media = self.engine.files.media_of(path)
        if key is None:
            return self.verify(dotted(media), assertion_operator, assertion_expected, message, f"Media of '{path}'")
        known = MEDIA_FACTS | media.keys()
        if key.partition(".")[0] not in known:
            raise ConfigError(f"'{key}' is not a measured property of media files. {near_matches(key, known)}")
        value = look_up(media, key)
        if value is None and assertion_operator in _NEED_A_VALUE and str(assertion_expected) != "None":
            has = f"'{path.name}' ({media['media_type'] or 'unknown type'}) has no '{key}'"
            wanted = f"{AssertionOperator(assertion_operator).name} {assertion_expected}"
            raise FileError(message or f"{has}; expected {key} {wanted}.", code="AIGC304", facts={"key": key})
        return self.verify(value, assertion_operator, assertion_expected, message, key)

    @keyword(tags=("File", "Getter", "Assertion"))
    def get_file_hash(
        self,
        path: Path,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
        *,
        algorithm: str = "sha256",
    ) -> str:
        """Returns the hash of a file, and optionally checks it.

        Args:
            path: The file.
            assertion_operator: See `Assertions`.
            assertion_expected: What the hash is compared with.
            message: Message of the failure, in place of the default.
            algorithm: `sha256`, `sha1`, `md5`, or another that Python's hashlib knows.

        Returns:
            The hash as lower-case hexadecimal text.

        Example:
            ```robotframework
            Get File Hash    clip.mp4    ==    ${result.files}[0][sha256]
            ```
        """
        value = self.engine.files.hash_of(path, algorithm)
        return self.verify(value, assertion_operator, assertion_expected, message, f"{algorithm} of '{path}'")

    @keyword("Get AIGC Label", tags=("File", "Getter", "Assertion"))
    def get_aigc_label(
        self,
        path: Path,
        key: str | None = None,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
    ) -> Any:
        """Returns the AIGC label (GB 45438-2025) of a file, and optionally checks it.

        Args:
            path: The file.
            key: One field: `Label`, `ContentProducer`, `ProduceID`, `ReservedCode1`, `ContentPropagator`,
                `PropagateID`, `ReservedCode2`, or `carrier`; all as a dictionary when not given.
            assertion_operator: See `Assertions`.
            assertion_expected: What the value is compared with.
            message: Message of the failure, in place of the default.

        Returns:
            The value; None when the file has no label or the label lacks the field.

        Example:
            ```robotframework
            Get AIGC Label    clip.mp4    Label    ==    1
            ```
        """
        labels = self.engine.files.labels_of(path)
        found = {**labels[0].fields, "carrier": labels[0].carrier} if labels else None
        value = dotted(found) if key is None else (found or {}).get(key)
        return self.verify(value, assertion_operator, assertion_expected, message, key or f"AIGC label of '{path}'")

    @keyword(tags=("File", "Getter", "Assertion"))
    def get_text_in_picture(
        self,
        path: Path,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
        *,
        at: timedelta = timedelta(),
    ) -> str:
        """Returns the text in a picture or in a frame of a film, and optionally checks it.

        Needs the extra `ocr`, whose wheel carries its models. Text lower than 2 % of the shorter side, vertical text
        and handwriting are often missed.

        Args:
            path: The file.
            assertion_operator: See `Assertions`.
            assertion_expected: What the text is compared with.
            message: Message of the failure, in place of the default.
            at: Time in a film: the frame that is on the screen then is read.

        Returns:
            The lines from top to bottom, one a line; empty where there is no text.

        Raises:
            ConfigError: The extra `ocr` is not installed.
            FileError: The file has no picture that can be decoded.

        Example:
            ```robotframework
            Get Text In Picture    poster.png    contains    AI
            Get Text In Picture    clip.mp4    not contains    watermark    at=2 s
            ```
        """
        from AIGCLibrary.files.viewing import read_text

        lines = read_text(path, self.engine.files.type_of(path), self.engine.files.readers.text, at.total_seconds())
        value = "\n".join(line.text for line in lines)
        return self.verify(value, assertion_operator, assertion_expected, message, f"Text in '{path}'")

    @keyword("AIGC Label Should Be Valid", tags=("File", "Assertion"))
    def aigc_label_should_be_valid(
        self, path: Path, *, scheme: str = "aigc", survives_from: Path | None = None, law: str | None = None
    ) -> FileLabels:
        """Fails unless a file carries a right label of generated content.

        Args:
            path: The file.
            scheme: `aigc` (GB 45438-2025), `c2pa`, `iptc`, or several: `aigc, iptc`.
            survives_from: An earlier version of the file: its labels must all be there, unchanged.
            law: What a law demands instead of a scheme: `cn` (GB 45438-2025, implicit and visible or audible label),
                `eu` (AI Act, article 50), `ca` (California, section 22757.3). Findings name the article.

        Returns:
            What labels were found, as in the report of `Process File`.

        Raises:
            FileError: The label is missing (AIGC305) or wrong (AIGC306); the message lists every finding.

        Example:
            ```robotframework
            AIGC Label Should Be Valid    clip.mp4
            AIGC Label Should Be Valid    published.mp4    survives_from=clip.mp4
            AIGC Label Should Be Valid    poster.png    law=cn
            ```
        """
        from AIGCLibrary.files.html import report_html

        report = self.run(self.engine.files.check_labels(path, scheme, survives_from, law))
        self.log_html(report_html(report, self.engine.language))
        report.raise_for_errors()
        return dotted(report.facts.get("labels", {}))

    @keyword(tags=("File",))
    def extract_archive(self, path: Path, directory: Path, *, max_size: str | int | None = None) -> list[str]:
        """Unpacks a zip archive safely: all of it, or nothing.

        Refused are names that lead elsewhere, symbolic links, bombs, overlapping and encrypted entries, names that
        are one on Windows or macOS, and what is corrupt.

        Args:
            path: The archive.
            directory: Where to; made when missing. What is there already is never overwritten.
            max_size: Most bytes it may unpack to, for example `2 GB`.

        Returns:
            The paths of the files.

        Raises:
            FileError: The archive is unsafe or corrupt; nothing was written.

        Example:
            ```robotframework
            ${files} =    Extract Archive    bundle.zip    ${OUTPUT DIR}/bundle
            ```
        """
        return [str(file) for file in self.run(self.engine.files.extract(path, directory, max_size))]

    def _watched(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for downloads with a progress bar, where a person looks at the console."""
        from AIGCLibrary.files.progress import progress

        with progress(self.engine.bus, shown=bool(sys.__stderr__ and sys.__stderr__.isatty())):
            return self.run(work)

    def _told(self, outcomes: "list[FileReport | FileError]") -> list[Any]:
        from AIGCLibrary.files.html import report_html
        from AIGCLibrary.files.outcomes import raise_for_all
        from AIGCLibrary.files.report import FileReport

        for outcome in outcomes:
            if isinstance(outcome, FileReport):
                self.log_html(report_html(outcome, self.engine.language))
        raise_for_all(outcomes)
        return [dotted(outcome.as_dict()) for outcome in outcomes if isinstance(outcome, FileReport)]
