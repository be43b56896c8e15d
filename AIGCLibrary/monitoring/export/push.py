"""Sends the samples of a run elsewhere: to VictoriaMetrics with their own times, or as OTLP metrics.

Short runs end before the first scrape; Prometheus' import text carries timestamps, so nothing is lost.
Source: https://docs.victoriametrics.com/#how-to-import-data-in-prometheus-exposition-format
"""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from AIGCLibrary.errors import MonitoringError, missing_extra
from AIGCLibrary.http.proxy import route_of
from AIGCLibrary.http.transport import OutgoingRequest, Transport
from AIGCLibrary.monitoring.series import read
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.store import Store
from AIGCLibrary.store.tables import sample

CHUNK = 5000


def import_text(store: Store, run_id: str) -> Iterator[str]:
    """Return all samples of a run as Prometheus text with timestamps in milliseconds, in pieces."""
    c = sample.c
    last = 0
    while True:
        statement = select(c.id, c.at, c.name, c.value, c.unit).where(c.run_id == run_id, c.id > last)
        rows = store.query(statement.order_by(c.id).limit(CHUNK))
        if not rows:
            return
        last = rows[-1]["id"]
        yield "".join(_line(row, run_id) for row in rows)


def _line(row: dict[str, Any], run_id: str) -> str:
    name = "aigc_" + re.sub(r"\W", "_", row["name"], flags=re.ASCII)
    labels = ",".join(f'{key}="{_escape(str(text))}"' for key, text in (("run", run_id), ("unit", row["unit"])))
    return f"{name}{{{labels}}} {row['value']!r} {round(row['at'] * 1000)}\n"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


async def push(store: Store, run_id: str, url: str, transport: Transport) -> int:
    """Post the samples of a run to an import address; returns how many pieces were sent.

    Args:
        store: Where they are.
        run_id: The run.
        url: The import address.
        transport: Carries them.

    Raises:
        MonitoringError: The server cannot be reached or refuses them (AIGC540).
    """
    shown = Redactor().text(url)
    sent = 0
    for text in import_text(store, run_id):
        piece = OutgoingRequest(
            "POST", url, {"Content-Type": "text/plain"}, data=text.encode(), timeout=60, proxy=route_of(url).proxy
        )
        try:
            answer = await transport.exchange(piece)
        except OSError as error:
            reason = Redactor().text(str(error)) or "no answer within 60 s"
            raise MonitoringError(f"'{shown}' cannot be reached: {reason}.", code="AIGC540") from None
        if answer.status >= 300:
            raise MonitoringError(
                f"'{shown}' answered {answer.status} to the samples of run '{run_id}'.", code="AIGC540"
            )
        sent += 1
    return sent


def push_otlp(store: Store, run_id: str, endpoint: str, transport: Transport, seconds: float = 2.0) -> int:
    """Send the sums of a run as OTLP metrics over HTTP; returns how many metrics were sent.

    Args:
        store: Where they are.
        run_id: The run.
        endpoint: For example `http://127.0.0.1:4318/v1/metrics`.
        transport: Is asked before the exporter sends with network code of its own.
        seconds: Longest time it may take.

    Raises:
        ConfigError: The package opentelemetry is not installed.
        MonitoringError: The collector did not take them (AIGC540).
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.metrics import CallbackOptions, Observation
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricExportResult
        from opentelemetry.sdk.resources import Resource
    except ImportError as error:
        raise missing_extra("opentelemetry-exporter-otlp-proto-http", "metrics-export", "OTLP export") from error
    transport.external("opentelemetry", Redactor().text(endpoint))
    reader = InMemoryMetricReader()
    resource = Resource.create({"service.name": "aigclibrary", "test.suite.run.id": run_id})
    provider = MeterProvider(metric_readers=[reader], resource=resource, shutdown_on_exit=False)
    meter = provider.get_meter("aigclibrary")
    found = read(store, run_id=run_id)
    for name, series in found.items():

        def sum_of(_options: CallbackOptions, value: float = series.total) -> list[Observation]:
            return [Observation(value, {"test.suite.run.id": run_id})]

        def count_of(_options: CallbackOptions, value: int = series.n) -> list[Observation]:
            return [Observation(value, {"test.suite.run.id": run_id})]

        meter.create_observable_gauge(f"aigc.{name}.sum", [sum_of], unit=series.unit)
        meter.create_observable_gauge(f"aigc.{name}.count", [count_of])
    data = reader.get_metrics_data()
    exporter = OTLPMetricExporter(endpoint=endpoint, timeout=seconds)
    try:
        sent = data is not None and exporter.export(data, timeout_millis=seconds * 1000) is MetricExportResult.SUCCESS
    finally:
        exporter.shutdown(timeout_millis=100)
        provider.shutdown(timeout_millis=100)
    if not sent:
        shown = Redactor().text(endpoint)
        raise MonitoringError(f"'{shown}' did not take the metrics within {seconds:g} s.", code="AIGC540")
    return len(found)
