"""Judges files in a process of its own, one request a line, so that a hang or a crash is seen and counted."""

import json
import resource
import shutil
import sys
import tempfile
from pathlib import Path

MEMORY = 3 << 30
"""Address space a worker may take."""


def judge(path: Path, rules: dict) -> dict:
    from AIGCLibrary.files.context import Examination
    from AIGCLibrary.files.evaluation import judge_file
    from AIGCLibrary.files.rules import RuleBook

    examination = Examination(path.name, RuleBook().get(rules))
    judge_file(examination, path)
    return {
        "accepted": not examination.failed,
        "type": examination.media_type,
        "findings": [[f.rule, str(f.severity), str(f.kind), f.message] for f in examination.findings],
        "labels": examination.facts.get("labels", {}),
        "escaped": escapes(path) if examination.media_type == "application/zip" else [],
    }


def escapes(path: Path) -> list[str]:
    """Try to unpack it, and look for anything that lies outside of the folder."""
    from AIGCLibrary.errors import AIGCError
    from AIGCLibrary.files.zips.extract import extract

    with tempfile.TemporaryDirectory(prefix="corpus-") as sandbox:
        inner = Path(sandbox) / "a" / "b" / "c"
        inner.mkdir(parents=True)
        try:
            extract(path, inner, max_unpacked=256 << 20)
        except AIGCError:
            left = [str(p) for p in inner.rglob("*")]
            if left:
                return [f"left behind after refusal: {left[0]}"]
        outside = [str(p) for p in Path(sandbox).rglob("*") if inner not in (p, *p.parents) and p not in inner.parents]
        links = [str(p) for p in inner.rglob("*") if p.is_symlink()]
        for leftover in inner.rglob("*"):
            if leftover.is_dir():
                leftover.chmod(0o700)
        shutil.rmtree(inner, ignore_errors=True)
        return outside + links


def schemas(path: Path, remotes: str | None) -> dict:
    """Run one file of the JSON Schema test suite; gives the cases that were judged wrong."""
    import jsonschema_rs

    wrong, count = [], 0
    draft = next(
        (d for d in ("draft7", "draft2020-12", "draft2019-09", "draft6", "draft4") if d in str(path)), "draft2020-12"
    )
    cls = {
        "draft4": jsonschema_rs.Draft4Validator, "draft6": jsonschema_rs.Draft6Validator,
        "draft7": jsonschema_rs.Draft7Validator, "draft2019-09": jsonschema_rs.Draft201909Validator,
        "draft2020-12": jsonschema_rs.Draft202012Validator,
    }[draft]  # fmt: skip

    def retrieve(uri: str):
        name = uri.removeprefix("http://localhost:1234/")
        return json.loads((Path(remotes or "") / name).read_text(encoding="utf-8"))

    for group in json.loads(path.read_text(encoding="utf-8")):
        reported = isinstance(group["schema"], dict) and "$schema" in group["schema"]
        make = (
            jsonschema_rs.validator_for if reported else cls
        )  # as the library does; the folder tells the draft otherwise
        validator = make(
            group["schema"],
            retriever=retrieve,
            validate_formats="format" in path.parts or path.stem == "format-assertion",
        )
        for case in group["tests"]:
            count += 1
            if validator.is_valid(case["data"]) != case["valid"]:
                wrong.append(f"{group['description']}: {case['description']}")
    return {"cases": count, "wrong": wrong}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for line in sys.stdin:
        task = json.loads(line)
        try:
            path = Path(task["path"])
            answer = schemas(path, task["remotes"]) if task["kind"] == "schema" else judge(path, task["rules"])
        except BaseException as error:  # noqa: BLE001 - a crash is what is looked for
            answer = {"crash": f"{type(error).__name__}: {error}"[:300]}
        answer["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
