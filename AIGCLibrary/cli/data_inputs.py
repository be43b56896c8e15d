"""`aigc data draft --negative`: writes a suite of negative and boundary inputs of a template or an OpenAPI document."""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.errors import ConfigError, near_matches

if TYPE_CHECKING:
    from AIGCLibrary.data.inputs.cases import InputField
    from AIGCLibrary.data.openapi.document import Document
    from AIGCLibrary.engine import Engine


def draft_inputs(args: argparse.Namespace, engine: "Engine", variables: Mapping[str, Any]) -> int:
    """Write the suite; 1 when there is nothing to try."""
    from AIGCLibrary.cli.terminal import language
    from AIGCLibrary.data.inputs.cases import EITHER, cases_of
    from AIGCLibrary.data.inputs.suite import written
    from AIGCLibrary.i18n import Text

    lang = language(args.language)
    template, fields, file = _fields(args, engine, variables)
    nodes = sorted({field.field.partition(".")[0] for field in fields})
    for name in args.node:
        if name not in nodes:
            raise ConfigError(f"--node {name}: no field of it is known. {near_matches(name, nodes)}", code="AIGC012")
    wanted = [field for field in fields if not args.node or field.field.partition(".")[0] in args.node]
    cases = [case for input_field in wanted for case in cases_of(input_field)]
    text = written(cases, template, Path(args.source).name, lang, _imported(file, args.output))
    if args.output is None:
        print(text, end="")
        return int(not cases)
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(text, encoding="utf-8")
    counts = {"count": len(cases), "fields": len(wanted), "either": sum(case.expected == EITHER for case in cases)}
    print(Text("data.inputs.planned", file=str(args.output), **counts).render(lang))
    return int(not cases)


def _fields(
    args: argparse.Namespace, engine: "Engine", variables: Mapping[str, Any]
) -> tuple[str, "list[InputField]", Path | None]:
    """Return the name of the template, its fields, and its file where the import has to name it."""
    from AIGCLibrary.data.inputs.sources import fields_of_document, fields_of_template
    from AIGCLibrary.data.variables import given, situate

    source = str(args.source)
    if not _is_template(source, engine):
        return args.name or name_of(source), list(fields_of_document(read_openapi(source, engine))), None
    if source not in engine.data.templates.names() and source.endswith((".yaml", ".yml")):
        source = engine.data.load(source)[0]
    template = engine.data.templates.get(source)
    environment = engine.data.environment() if engine.settings.environment else None
    values = given(template, variables, environment)
    situation = situate(template, values, environment, run_id="draft", seed="draft", at=engine.clock.now())
    built_in = Path(__file__).parent.parent / "defaults"
    file = Path(template.source).resolve()
    return (
        args.name or template.title,
        list(fields_of_template(template, situation)),
        None if built_in in file.parents else file,
    )


def read_openapi(source: str, engine: "Engine") -> "Document":
    """Read an OpenAPI document from a file or a URL.

    Raises:
        TemplateError: It is none.
    """
    from AIGCLibrary.data.openapi.document import Document
    from AIGCLibrary.data.openapi.loading import load_document

    connection = None
    if "://" in source:
        environment = engine.data.environment() if engine.settings.environment else None
        connection = environment.connection if environment else None
    return Document(engine.loop.run(load_document(source, engine.http, connection)), source)


def name_of(source: str) -> str:
    """Return the name of a template made from a file or a URL."""
    return Path(source.split("?", maxsplit=1)[0]).stem.replace("-", "_")


def _is_template(source: str, engine: "Engine") -> bool:
    """Return whether a source is a template: known by name, or a file with `nodes` or `extends`."""
    if source.partition(":")[0] in engine.data.templates.names():
        return True
    path = Path(source)
    if "://" in source or not path.is_file():
        return "://" not in source and path.suffix.lower() not in (".yaml", ".yml", ".json")
    start = path.read_text(encoding="utf-8-sig", errors="replace")
    return not any(word in start for word in ("openapi", "swagger"))


def _imported(file: Path | None, output: Path | None) -> str | None:
    if file is None:
        return None
    folder = (output.parent if output else Path.cwd()).resolve()
    return f"${{CURDIR}}/{Path(os.path.relpath(file, folder)).as_posix()}"
