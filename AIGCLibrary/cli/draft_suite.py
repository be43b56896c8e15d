"""The text of a first suite, in the language and with the keyword names of its user."""

import json
import os
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from AIGCLibrary.cli.helptext import translated
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.i18n import CHINESE, Text, short_language
from AIGCLibrary.tasks.providers.model import Provider
from AIGCLibrary.tasks.providers.templates import blanks
from AIGCLibrary.tasks.states import TaskState

_OURS = frozenset({"id", "kind", "key", "priority", "webhook_url", "inputs", "token"})
"""Placeholders that the library fills by itself."""
_ARGUMENTS = frozenset({"kind", "provider", "session", "priority", "sla", "inputs"})
"""Arguments of `Submit Task`: an input of such a name goes into its dictionary."""
_SPECIAL = re.compile(r"\\|[$@&%](?=\{)|(?<= ) |^[ #]| $")
_KINDS = ("image", "video", "audio", "script")
"""Kinds of tasks that have a name in each language."""
_GAP = "    "
"""Separator of cells, and one level of indentation."""
_TEXT = 96  # characters of a line of documentation
_ROW = 100  # characters of a row of a test
_INLINE = 80  # characters of an IF of one row, as robocop formats it
_CHINESE_RULES = "# robocop: off=NAME05,NAME06,NAME07"
"""Rules on capital letters, which robocop applies to Chinese words too."""
_HEADINGS = {
    "settings": ("Settings", "设置"),
    "variables": ("Variables", "变量"),
    "test_cases": ("Test Cases", "用例"),
    "Documentation": ("Documentation", "说明"),
    "Library": ("Library", "程序库"),
    "Variables": ("Variables", "变量文件"),
    "Suite Setup": ("Suite Setup", "用例集启程"),
    "Suite Teardown": ("Suite Teardown", "用例集终程"),
}
"""Robot Framework's words, English and Chinese."""


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """The task that the suite submits.

    Args:
        provider: Description of the product's task API.
        kind: Kind of task.
        inputs: Its inputs.
        rules: Rule set for the files; that of their types when None.
    """

    provider: Provider
    kind: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    rules: str | None = None


@dataclass(frozen=True, slots=True)
class DraftPage:
    """The page that the suite opens.

    Args:
        url: Its address.
        file: Its locator file.
        targets: Names of its targets.
    """

    url: str
    file: Path
    targets: tuple[str, ...]


def suite_text(
    order: DraftOrder,
    files: Mapping[str, tuple[Path, ...]],
    output: Path,
    page: DraftPage | None = None,
    language: str = "en",
) -> str:
    """Write a suite.

    Args:
        order: The task it submits.
        files: Files by the import argument that takes them: `providers`, `rules`.
        output: Where it will be; paths are relative to it.
        page: A page it opens.
        language: `en`, or `zh-CN` for Chinese headings, texts and keyword names.
    """
    write = _Writer(short_language(language) == CHINESE)
    if page:
        files = {**files, "locators": (page.file,)}
    lines = [
        *write.settings(order, files, output, page),
        *write.variables(page),
        write.heading("test_cases"),
        *write.delivery(order),
        *(write.page(page) if page else ()),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def check_order(order: DraftOrder, url: str | None) -> None:
    """Fail unless the product has an address, and the path of its submission all inputs.

    Raises:
        ConfigError: An input or a URL is missing.
    """
    provider = order.provider
    needed = path_inputs(provider) - set(order.inputs)
    if not (url or provider.base_url):
        raise ConfigError(f"Provider '{provider.name}' has no base_url.", hint=Text("cli.hint.draft_url"))
    if needed:
        shown = " ".join(f"--input {name}=…" for name in sorted(needed))
        raise ConfigError(
            f"Provider '{provider.name}' needs more inputs in its path {provider.submit.request.path}.",  # type: ignore[union-attr]
            hint=Text("cli.hint.draft_inputs", inputs=shown, provider=provider.name),
        )


def path_inputs(provider: Provider) -> set[str]:
    """Return the inputs that the path of a submission contains."""
    return blanks(provider.submit.request.path) - _OURS if provider.submit else set()


def keys_of(auth: Mapping[str, Any]) -> Iterator[str]:
    """Yield the environment variables that hold the product's keys."""
    if "signer" not in auth and auth.get("key_env"):
        yield str(auth["key_env"])
    yield from map(str, dict(auth.get("secrets") or {}).values())


@dataclass(frozen=True, slots=True)
class _Setting:
    """A setting of the suite: its name, and its value in one or more lines."""

    name: str
    values: tuple[str, ...]

    def lines(self, width: int) -> Iterator[str]:
        """Yield the lines, with the values in one column."""
        yield from (f"{'...' if n else self.name:{width}}{value}" for n, value in enumerate(self.values))


class _Writer:
    """Writes the parts of a suite in one language."""

    def __init__(self, chinese: bool) -> None:
        self._chinese = chinese
        self._language = CHINESE if chinese else "en"
        self._names = _chinese_names() if chinese else {}

    def heading(self, name: str) -> str:
        return f"*** {_HEADINGS[name][self._chinese]} ***"

    def settings(
        self, order: DraftOrder, files: Mapping[str, tuple[Path, ...]], output: Path, page: DraftPage | None
    ) -> Iterator[str]:
        """Yield the settings: documentation, imports, set-up."""
        if self._chinese:
            yield from ("Language: zh-CN", _CHINESE_RULES, "", "")
        yield self.heading("settings")
        groups = [[self._about(order.provider)], list(self._imports(files, output, page))]
        if page:
            groups.append([_Setting(self._shown("Suite Teardown"), (f"Close Browser{_GAP}ALL",))])
        width = max(len(setting.name) for group in groups for setting in group) + len(_GAP)
        for group in groups:
            yield from (line for setting in group for line in setting.lines(width))
            yield ""
        yield ""

    def _about(self, provider: Provider) -> "_Setting":
        """Return the documentation of the suite."""
        product = translated(provider.title or provider.name, self._language)
        about = [self._text("about", product=product), self._text("change")]
        keys = sorted(keys_of(provider.auth))
        about += [self._text("keys", names=self._text("and").join(keys))] if keys else []
        lines = tuple(line for part in about for line in textwrap.wrap(part, _TEXT))
        return _Setting(self._shown("Documentation"), lines)

    def _imports(
        self, files: Mapping[str, tuple[Path, ...]], output: Path, page: DraftPage | None
    ) -> Iterator["_Setting"]:
        """Yield the imports, those of the library with an argument a line."""
        if page:
            yield _Setting(self._shown("Library"), ("Browser",))
            yield _Setting(self._shown("Variables"), ("AIGCLibrary.cli.browser",))
        folder = output.resolve().parent

        def place(file: Path) -> str:
            return f"${{CURDIR}}/{os.path.relpath(file.resolve(), folder)}".replace(os.sep, "/")

        first = _GAP.join(("AIGCLibrary", *(["language=zh-CN"] if self._chinese else [])))
        arguments = (f"{_GAP}{name}={', '.join(map(place, paths))}" for name, paths in files.items() if paths)
        yield _Setting(self._shown("Library"), (first, *arguments))

    def variables(self, page: DraftPage | None) -> Iterator[str]:
        """Yield the address of the page."""
        if page:
            yield from (self.heading("variables"), f"${{PAGE}}{_GAP}{_written(page.url)}", "", "")

    def delivery(self, order: DraftOrder) -> Iterator[str]:
        """Yield the test that submits one task, waits for it and verifies what it delivers."""
        task, result, files = (
            ("${任务}", "${结果}", "${文件数}") if self._chinese else ("${task}", "${result}", "${files}")
        )
        named = {name: value for name, value in order.inputs.items() if name not in _ARGUMENTS and name.isidentifier()}
        cells = [order.kind, f"provider={order.provider.name}"]
        kind = Text(f"cli.draft.kind.{order.kind}").render(self._language) if order.kind in _KINDS else order.kind
        yield self._text("delivery", kind=kind if self._chinese else kind.title())
        yield self._row("[说明]" if self._chinese else "[Documentation]", self._text("delivery_doc"))
        if len(named) < len(order.inputs):
            items = (f"{_written(name)}={_cell(value)}" for name, value in order.inputs.items())
            inputs = "输入" if self._chinese else "inputs"
            yield self._row("VAR", f"&{{{inputs}}} =", *items)
            cells += [f"inputs=${{{inputs}}}"]
        else:
            cells += [f"{name}={_cell(value)}" for name, value in named.items()]
        yield self._row(f"{task} =", self._keyword("submit_task", "Submit Task"), *cells)
        rules = [f"rules={order.rules}"] if order.rules else []
        process = self._row(self._keyword("process_task_files", "Process Task Files"), task, *rules)
        if order.rules and _promises_files(order.provider):
            yield self._row(self._keyword("wait_for_task", "Wait For Task"), task)
            yield process
        else:
            yield self._row(f"{result} =", self._keyword("wait_for_task", "Wait For Task"), task)
            yield self._row(f"{files} =", "Get Length", result.replace("}", ".result.files}"))
            inline = self._row("IF", files, process.strip())
            yield from (
                [inline] if len(inline) <= _INLINE else [self._row("IF", files), _GAP + process, self._row("END")]
            )
        yield ""

    def page(self, page: DraftPage) -> Iterator[str]:
        """Yield the test that opens the page and finds each of its targets."""
        yield self._text("page")
        yield self._row("[说明]" if self._chinese else "[Documentation]", self._text("page_doc", file=page.file.name))
        yield self._row("New Browser", "chromium", "executablePath=${BROWSER_PATH}", "args=${BROWSER_ARGS}")
        yield self._row("New Page", "${PAGE}")
        target = "${元素}" if self._chinese else "${target}"
        yield self._row("FOR", target, "IN", *page.targets)
        yield _GAP + self._row(self._keyword("locate_target", "Locate Target"), target, "state=attached")
        yield from (self._row("END"), "")

    def _text(self, key: str, **values: object) -> str:
        return Text(f"cli.draft.{key}", **values).render(self._language)

    def _keyword(self, method: str, name: str) -> str:
        return self._names.get(method, name)

    def _shown(self, setting: str) -> str:
        return _HEADINGS[setting][self._chinese]

    def _row(self, *cells: str) -> str:
        """Join cells to a row, continued on further lines where it gets too long."""
        lines = [_GAP + cells[0]]
        for cell in cells[1:]:
            if len(lines[-1]) + len(_GAP) + len(cell) <= _ROW:
                lines[-1] += f"{_GAP}{cell}"
            else:
                lines.append(f"{_GAP}...{_GAP}{cell}")
        return "\n".join(lines)


def _chinese_names() -> dict[str, str]:
    """Return the Chinese names of keywords by their methods."""
    table = json.loads((resources.files("AIGCLibrary") / "locales" / "zh_CN.json").read_text(encoding="utf-8"))
    return {method: entry["name"] for method, entry in table.items() if "name" in entry}


def _promises_files(provider: Provider) -> bool:
    result = provider.result
    return bool(result and (result.files_required or (result.files and result.empty is TaskState.FAILED)))


def _cell(value: Any) -> str:
    """Write the value of an input as Robot Framework reads it with its type."""
    if isinstance(value, str):
        return _written(value) or "${EMPTY}"
    if value is None or isinstance(value, bool | int | float):
        return f"${{{value}}}"
    return f"${{{{{value!r}}}}}"


def _written(text: str) -> str:
    """Escape what Robot Framework would read as a variable, a comment or the end of a cell."""
    text = _SPECIAL.sub(lambda found: "\\" + found[0], text)
    return text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
