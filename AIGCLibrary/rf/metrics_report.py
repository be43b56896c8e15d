"""Makes results/metrics.html with the page of robotframework-metrics, without its known faults.

Version 3.7 injects failure messages unescaped, needs 13 files from the web, lists failed keywords of earlier tests
under each test, has times in minutes only, and counts keywords of one name in two libraries as one. Its page is used
with numbers of our own; values are escaped, it has a strict content policy, and its web parts (Bootstrap, jQuery,
DataTables, ApexCharts, Font Awesome) are replaced by one small script and style.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

from robot.api import ExecutionResult

from AIGCLibrary.i18n import ENGLISH, catalogue, short_language
from AIGCLibrary.rf.metrics_numbers import KeywordNumbers, page_values
from AIGCLibrary.units import format_duration

_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL | re.IGNORECASE)
_LINK = re.compile(r"<link\b[^>]*>", re.IGNORECASE)
_STYLE = re.compile(r"(?<=<style>).*?(?=</style>)", re.DOTALL | re.IGNORECASE)
_HANDLER = re.compile(r"\bon(?:click|keyup)=\"(\w+)\((.*?)\)\"", re.DOTALL)

_WORDS = (
    (r"\s*\(m\):", ":"),
    (r"\((\w+)\['(Min|Max|Avg)'\]/60000\)\|round\(2\)", r"\1['\2']|span"),
    (r"not keyword_times\.empty", "keyword_times"),
    (r"key, value in keyword_times\.iterrows\(\)", "value in keyword_times"),
    (r"/1000\)\|round\(2\)", r"/1000)|round(3)"),
    (r"Keyword Status:", "Keyword Status (Robot's own libraries left out):"),
)
"""What is said or written differently: times with their unit, rows without pandas."""

_LANDMARKS = (
    (r'<div class="sidebar\b[^"]*"', r'\g<0> role="navigation" aria-labelledby="aigc-title"'),
    (r'<div class="brand"[^>]*>(.*?)</div>', r'<h1 class="brand" id="aigc-title">\1</h1>'),
    (r'<div class="content"', r'\g<0> role="main"'),
    (r"(</?)h4\b", r"\1h3"),
    (r"(</?)h5\b", r"\1h4"),
    (r'style="color:gray"', ""),
    (r"<th([^>]*)></th>", r"<td\1></td>"),
    (r"<h2 [^>]*>(?=Details<)", '<h2 id="aigc-details">'),
    (r'<div class="col-md-8 scroll"', r'\g<0> tabindex="0" role="group" aria-labelledby="aigc-details"'),
)
"""What screen readers need: landmarks, headings in order, colours with contrast, parts that scroll by keyboard."""


def make_metrics(output: Path, target: Path, *, log_name: str = "log.html", language: str = "en") -> Path:
    """Make metrics.html from an output.xml (or .json).

    Args:
        output: Result of a run.
        target: The page to write.
        log_name: File name of log.html, which the page links into.
        language: `en` or `zh`.
    """
    suite = ExecutionResult(output).suite
    keywords = KeywordNumbers()
    add_all(suite, keywords)
    return write_metrics(suite, keywords, target, log_name=log_name, language=language)


def add_all(suite: Any, keywords: KeywordNumbers) -> None:
    """Add all tests of a suite, and the setups and teardowns of the suites."""
    keywords.add(suite)
    for test in suite.tests:
        keywords.add(test)
    for child in suite.suites:
        add_all(child, keywords)


def write_metrics(
    suite: Any,
    keywords: KeywordNumbers,
    target: Path,
    *,
    log_name: str = "log.html",
    clean: Callable[[str], str] = str,
    language: str = "en",
) -> Path:
    """Write metrics.html for a top suite and what its keywords counted; `clean` masks secrets in the page."""
    from AIGCLibrary.monitoring.report.pagecache import environment

    source = (resources.files("robotframework_metrics") / "templates" / "index.html").read_text(encoding="utf-8")
    assets = resources.files("AIGCLibrary.rf") / "metrics_assets"
    style = (assets / "metrics.css").read_text(encoding="utf-8")
    script = (assets / "metrics.js").read_text(encoding="utf-8")
    made = environment(lambda _name: _translated(_safe_template(source), language))
    made.filters["span"] = format_duration
    values = page_values(suite, keywords)
    charts = values.pop("charts")
    page = made.get_template(f"metrics-{short_language(language)}.html").render(
        **values,
        log_name=log_name,
        hide_tags="",
        hide_docs="hide",
        hide_kw_times_menu="",
        aigc_policy=_policy(script),
        aigc_style=_markup(style),
        aigc_script=_markup(script),
        aigc_data={**charts, "words": {name: _word(name, language) for name in ("Pass", "Fail", "Skip")}},
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(clean(page), encoding="utf-8")
    return target


def _safe_template(source: str) -> str:
    """Take everything that runs or loads out of the template, and put our own parts in."""
    source = _LINK.sub("", _SCRIPT.sub("", source))
    own_style = _STYLE.search(source)
    source = _STYLE.sub("{{ aigc_style }}", source, count=1)
    if own_style is None or "</body>" not in source:
        raise ValueError("this version of robotframework-metrics has another page than expected (3.7 is known)")
    for pattern, ours in (*_WORDS, *_LANDMARKS):
        source = re.sub(pattern, ours, source)
    source = _HANDLER.sub(lambda found: f'data-{found[1].lower()}="{found[2]}"', source)
    policy = '<meta http-equiv="Content-Security-Policy" content="{{ aigc_policy }}">'
    source = source.replace("<head>", f"<head>\n  {policy}", 1)
    ending = (
        '<script type="application/json" id="aigc-data">{{ aigc_data|tojson }}</script>\n'
        "<script>{{ aigc_script }}</script>\n</body>"
    )
    return source.replace("</body>", ending, 1)


def _translated(source: str, language: str) -> str:
    """Put the words of the page into a language: those between two tags, and those of empty fields."""
    if short_language(language) != ENGLISH:
        source = re.sub(r"<html lang=\"[^\"]*\"", '<html lang="zh-CN"', source, count=1)
    source = re.sub(r'placeholder="([^"{}]*)"', lambda m: f'placeholder="{_word(m[1], language)}"', source)
    return re.sub(r"(?<=>)(\s*)([A-Z][^<>{}]*?)(\s*)(?=<)", lambda m: f"{m[1]}{_word(m[2], language)}{m[3]}", source)


def _word(english: str, language: str) -> str:
    known = catalogue("metrics").get(english)
    return str(known[short_language(language)]) if known else english


def _policy(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    # The page sets colours in style attributes, so styles cannot be pinned.
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'"


def _markup(text: str) -> Any:
    import markupsafe

    return markupsafe.Markup(text)  # noqa: S704 - our own files
