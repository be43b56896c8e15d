"""The errors of files.

    FileError                 AIGC300
    ├── FileRejected          the file is there, and is not what was demanded; carries all findings
    ├── DownloadError         the file could not be fetched
    ├── DiskError             there is no room for it
    └── ExtractionError       an archive could not be unpacked safely

| code    | meaning                                                        |
|---------|----------------------------------------------------------------|
| AIGC300 | a file could not be processed                                  |
| AIGC301 | the file is corrupt                                            |
| AIGC302 | the file is truncated                                          |
| AIGC303 | the file is of another type than demanded                      |
| AIGC304 | a rule is broken: duration, resolution, counts, schema …       |
| AIGC305 | the AIGC label is missing                                      |
| AIGC306 | the AIGC label, C2PA manifest or IPTC field is invalid         |
| AIGC307 | the file is larger than allowed                                |
| AIGC308 | the archive is unsafe: path traversal, bomb, symbolic link …   |
| AIGC309 | the disk has not enough room                                   |
| AIGC310 | the download failed: refused, unreachable, HTTP error          |
| AIGC311 | the download stalled or was too slow                           |
| AIGC312 | the connection broke, and resuming did not help                |
| AIGC313 | the file changed while it was downloaded                       |
| AIGC314 | the file does not exist                                        |
| AIGC315 | the hash is not the expected one                               |
| AIGC316 | the content is bad: black, frozen, silent, blank …             |
| AIGC317 | content is encrypted and cannot be verified                    |
| AIGC318 | the body cannot be decoded (Content-Encoding)                  |
| AIGC319 | the task has no files to process                               |
"""

from collections.abc import Mapping, Sequence

from AIGCLibrary.errors import FileError
from AIGCLibrary.files.finding import Finding, FindingKind
from AIGCLibrary.i18n import Text


class FileRejected(FileError):  # noqa: N818 - says what happened to the file
    """A file is not what was demanded; the message lists every finding.

    Args:
        message: What and why.
        findings: All findings, errors first.
    """

    code = "AIGC304"

    def __init__(
        self,
        message: str | Text,
        *,
        findings: Sequence[Finding],
        code: str | None = None,
        hint: Text | str | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        self.findings = tuple(findings)
        super().__init__(message, code=code, hint=hint, facts=facts)


class DownloadError(FileError):
    """A file could not be fetched."""

    code = "AIGC310"


class DiskError(FileError):
    """There is not enough room on the disk."""

    code = "AIGC309"


class ExtractionError(FileError):
    """An archive could not be unpacked safely."""

    code = "AIGC308"


CODES: Mapping[FindingKind, str] = {
    FindingKind.TOO_LARGE: "AIGC307",
    FindingKind.UNSAFE: "AIGC308",
    FindingKind.TYPE: "AIGC303",
    FindingKind.TRUNCATED: "AIGC302",
    FindingKind.CORRUPT: "AIGC301",
    FindingKind.ENCRYPTED: "AIGC317",
    FindingKind.HASH: "AIGC315",
    FindingKind.LABEL_MISSING: "AIGC305",
    FindingKind.LABEL_INVALID: "AIGC306",
    FindingKind.QUALITY: "AIGC316",
    FindingKind.RULE: "AIGC304",
}
"""Code by the kind of finding; the first kind that occurs in this order names the error."""


def leading_kind(findings: Sequence[Finding]) -> FindingKind:
    """Return which kind of finding counts most: what explains the others comes first."""
    kinds = {finding.kind for finding in findings}
    return next((kind for kind in CODES if kind in kinds), FindingKind.RULE)
