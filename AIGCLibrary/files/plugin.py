"""The file ability as a plug-in: `Execute Plugin    file_processing    file_info=…`."""

from collections.abc import Mapping
from typing import Any

from AIGCLibrary.errors import AIGCError, PluginError
from AIGCLibrary.files.options import MAX_SIZE
from AIGCLibrary.files.pipeline import ANNOUNCED
from AIGCLibrary.files.report import FileReport
from AIGCLibrary.plugins import AIGCPlugin, PluginResult, ScenarioContext

_PARAMS = ("file_info", "max_size", "extract_dir", "validation_rules", "keep_temp", "session")


class FileProcessingPlugin(AIGCPlugin):
    """Takes files through the pipeline.

    Params:
        file_info: URL or path; or a mapping with `url` or `path`, and `name`, `size`, `sha256`, `md5` where known; or a
            list of either; or the handle of a task as `{"task": "video:7f3c"}`.
        max_size: Bytes a file may have; 500 MB by default.
        extract_dir: Accepted archives are unpacked there.
        validation_rules: Rule set: its name, a path, or the rules.
        keep_temp: `never` (default), `on_failure`, `always`; True and False are always and never.
        session: Alias of the RequestsLibrary session.

    Result data: `files` (paths that are left), `validation_report` (one or a list), `processing_metrics`.
    """

    name = "file_processing"
    capabilities = ("file.download", "file.validate", "file.analyse", "file.extract")

    async def execute(self, context: ScenarioContext, params: dict[str, Any]) -> PluginResult:
        """Process the files."""
        unknown = [name for name in params if name not in _PARAMS]
        if unknown or "file_info" not in params:
            what = f"has no parameter '{unknown[0]}'" if unknown else "needs the parameter 'file_info'"
            raise PluginError(f"Plugin 'file_processing' {what}; it takes: {', '.join(_PARAMS)}.", code="AIGC608")
        files, options = context.engine.files, _options(context, params)
        info = params["file_info"]
        if isinstance(info, Mapping) and info.get("task"):
            outcomes = await files.process_task(str(info["task"]), **options)
        else:
            items = info if isinstance(info, list | tuple) else [info]
            outcomes = await files.process_all([_source(item) for item in items], **options)
        reports = [outcome for outcome in outcomes if isinstance(outcome, FileReport)]
        problem = _problem(outcomes)
        data: dict[str, Any] = {
            "files": [path for report in reports for path in report.files],
            "validation_report": [report.as_dict() for report in reports],
            "processing_metrics": _metrics(reports),
        }
        if not isinstance(info, list | tuple) and len(data["validation_report"]) == 1:
            data["validation_report"] = data["validation_report"][0]
        context.test_data["files"] = data["files"]
        numbers = {name: value for name, value in data["processing_metrics"].items() if isinstance(value, int | float)}
        return PluginResult("failed" if problem else "completed", data, numbers, problem)

    async def health_check(self) -> dict[str, Any]:
        """Report whether the decoder libraries can be used."""
        try:
            import av
            import isal  # noqa: F401
            import PIL  # noqa: F401
        except ImportError as error:
            return {"status": "unhealthy", "reason": str(error)}
        return {"status": "healthy", "decoder": f"PyAV {av.__version__}"}


def _options(context: ScenarioContext, params: Mapping[str, Any]) -> dict[str, Any]:
    keep = params.get("keep_temp", "never")
    if str(keep).lower() in ("true", "false"):
        keep = "always" if str(keep).lower() == "true" else "never"
    return {
        "rules": params.get("validation_rules"),
        "max_size": params.get("max_size", MAX_SIZE),
        "extract_dir": params.get("extract_dir"),
        "keep_temp": keep,
        "session": params.get("session") or context.session,
    }


def _source(item: Any) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        return {"source": item}
    source = item.get("url") or item.get("path") or item.get("source")
    if source is None:
        raise PluginError(
            "'file_info' needs 'url' or 'path'.", code="AIGC608", facts={"file_info": sorted(map(str, item))}
        )
    expected = {name: item[name] for name in ANNOUNCED if item.get(name) is not None}
    return {"source": source, "name": item.get("name") or "", "expected": expected}


def _problem(outcomes: list[Any]) -> str | None:
    from AIGCLibrary.files.outcomes import raise_for_all

    try:
        raise_for_all(outcomes)
    except AIGCError as error:
        return error.message
    return None


def _metrics(reports: list[FileReport]) -> dict[str, Any]:
    peak = sum(report.disk.get("peak") or 0 for report in reports)
    delivered = sum(report.disk.get("delivered") or 0 for report in reports)
    return {
        "files": len(reports),
        "accepted": sum(report.success for report in reports),
        "bytes": sum(report.size for report in reports),
        "wire_bytes": sum(report.traffic.get("wire", 0) for report in reports),
        "saved_bytes": sum(report.traffic.get("saved", 0) for report in reports),
        "seconds": round(sum(report.timings.get("total", 0.0) for report in reports), 6),
        "disk_efficiency": round(delivered / peak, 4) if peak else None,
    }
