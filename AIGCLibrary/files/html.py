"""The HTML block of one file for Robot's log."""

from base64 import b64encode

from AIGCLibrary.files.finding import Finding, Severity
from AIGCLibrary.files.report import FileReport
from AIGCLibrary.files.units import show
from AIGCLibrary.i18n import catalogue, render, short_language
from AIGCLibrary.jinja import package_environment
from AIGCLibrary.units import format_size
from AIGCLibrary.wording import place_of, sentence, title_of, value_of

MOST_FINDINGS = 30
LONGEST_MESSAGE = 2000
COLOURS = {Severity.ERROR: "#c0392b", Severity.WARNING: "#b9770e", Severity.INFO: "#2471a3"}
_MEDIA = (
    ("resolution", ""), ("fps", " fps"), ("duration", " s"), ("video_codec", ""), ("audio_codec", ""),
    ("channels", " ch"), ("sample_rate", " Hz"), ("image_mode", ""),
)  # fmt: skip


def report_html(report: FileReport, language: str = "en") -> str:
    """Write the block; everything that came from outside is escaped."""
    texts = {name: text[short_language(language)] for name, text in catalogue("files")["report"].items()}
    timings = [
        f"{texts.get(name, name)} {seconds:.2f} s" for name, seconds in report.timings.items() if name != "total"
    ]
    html: str = (
        package_environment("AIGCLibrary.files", "templates")
        .get_template("report.html.j2")
        .render(
            report=report,
            t=texts,
            findings=[(finding, _said(finding, language)) for finding in report.findings[:MOST_FINDINGS]],
            facts=_facts(report, texts),
            pictures=[(name, _picture(data)) for name, data in report.pictures.items()],
            colours=COLOURS,
            saved=format_size(report.traffic.get("saved", 0)),
            timings=timings,
            traffic=_traffic(report, texts),
        )
    )
    return html


def _said(finding: Finding, language: str) -> dict[str, object]:
    """Return the words of a row of the table."""
    said = {
        "title": title_of(finding.rule) or finding.rule,
        "message": sentence(finding.as_dict(), LONGEST_MESSAGE),
        "expected": value_of(finding.expected or ""),
        "actual": value_of(finding.actual or ""),
        "place": place_of(finding.place or ""),
    }
    return {name: render(value, language) for name, value in said.items()}


def _facts(report: FileReport, texts: dict[str, str]) -> list[str]:
    facts = [report.media_type or "?", format_size(report.size)]
    media = report.facts.get("media", {})
    facts += [f"{show(media[name])}{unit}" for name, unit in _MEDIA if media.get(name)]
    archive = report.facts.get("archive", {})
    if archive:
        facts.append(f"{archive['count']} × → {format_size(archive['unpacked'])}")
    for label in report.facts.get("labels", {}).get("aigc", []):
        facts.append(f"{texts['label']}: Label={label['fields'].get('Label', '?')} ({label['carrier']})")
    facts.append(f"{texts['rules']}: {report.rules}")
    return facts


def _traffic(report: FileReport, texts: dict[str, str]) -> str:
    if not report.traffic:
        return ""
    text = texts["traffic"].format(requests=report.traffic["requests"], wire=format_size(report.traffic["wire"]))
    resumed = report.traffic.get("resumed", 0)
    return f"{text}, {texts['resumed'].format(count=resumed)}" if resumed else text


def _picture(data: bytes) -> dict[str, str]:
    media_type = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    return {"type": media_type, "data": b64encode(data).decode("ascii")}
