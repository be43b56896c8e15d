"""What leaves for other systems."""

import http.server
import shutil
import subprocess
import threading
from xml.etree import ElementTree as ET

import pytest
import yaml
from aiohttp import web

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.http.network import NetworkTransport
from AIGCLibrary.monitoring import ci_reports
from AIGCLibrary.monitoring.export.openslo import openslo
from AIGCLibrary.monitoring.export.push import import_text, push, push_otlp
from AIGCLibrary.monitoring.export.rules import prometheus_rules
from AIGCLibrary.monitoring.history import reachable
from AIGCLibrary.monitoring.objectives import built_in
from AIGCLibrary.monitoring.slo import evaluate
from AIGCLibrary.monitoring.summary import table_of


def test_prometheus_accepts_the_rules(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(prometheus_rules(built_in().items.values()))
    assert len(yaml.safe_load(path.read_text())["groups"]) == 11
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool of Debian's package prometheus is not installed")
    done = subprocess.run([promtool, "check", "rules", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("allowed", [0.3, 0.25, 0.1, 0.05, 0.02, 0.001])
def test_every_burn_alert_can_fire(allowed):
    for threshold in (14.4, 6.0, 1.0):
        assert reachable(threshold, allowed) < 1 / allowed


def test_openslo_documents_have_what_the_format_asks_for():
    documents = list(yaml.safe_load_all(openslo(built_in().items.values())))
    assert [one["kind"] for one in documents] == ["Service"] + ["SLO"] * 11
    for one in documents[1:]:
        assert one["apiVersion"] == "openslo/v1"
        spec = one["spec"]
        assert spec["service"] == documents[0]["metadata"]["name"]
        assert spec["budgetingMethod"] == "Occurrences"
        assert 0 < spec["objectives"][0]["target"] < 1
        assert len(spec["indicator"]["spec"]) == 1


def test_samples_keep_their_times(store, samples):
    samples("locator.gold_hit", [1, 0])
    assert "".join(import_text(store, "run-1")) == (
        'aigc_locator_gold_hit{run="run-1",unit="1"} 1.0 1800000000000\n'
        'aigc_locator_gold_hit{run="run-1",unit="1"} 0.0 1800000001000\n'
    )


async def test_samples_are_pushed(store, samples, transport):
    samples("m", range(20))
    got = []

    async def take(request):
        got.append(await request.text())
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/import", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    assert await push(store, "run-1", f"http://127.0.0.1:{runner.addresses[0][1]}/import", transport) == 1
    await runner.cleanup()
    assert got[0].count("\n") == 20


def test_junit_says_what_failed(store, samples):
    samples("locator.gold_hit", [0] * 20)
    statuses = evaluate(store, built_in().items.values(), run_id="run-1")
    suite = ET.fromstring(ci_reports.junit(statuses, "run-1"))
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("11", "1", "10")
    assert suite.find("testcase/failure").get("type") == "breach"


def test_markdown_cannot_be_broken_out_of(store, samples):
    samples("locator.gold_hit", [0] * 20)
    text = ci_reports.markdown(table_of(evaluate(store, built_in().items.values(), run_id="run-1")), "a|b<script>")
    assert r"a\|b\<script\>" in text
    assert len({line.replace(r"\|", "").count("|") for line in text.splitlines() if line.startswith("|")}) == 1


def test_sums_leave_as_otlp_and_a_dead_collector_is_reported(store, samples):
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

    samples("locator.gold_hit", [1, 0, 1])
    got = []

    class Collector(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    assert push_otlp(store, "run-1", f"http://127.0.0.1:{server.server_port}/v1/metrics", NetworkTransport()) == 1
    server.shutdown()
    server.server_close()
    assert got[0][0] == "/v1/metrics"
    request = ExportMetricsServiceRequest.FromString(got[0][1])
    (resource,) = request.resource_metrics
    reported = {metric.name: metric.gauge.data_points[0] for metric in resource.scope_metrics[0].metrics}
    assert reported["aigc.locator.gold_hit.sum"].as_double == 2.0
    assert reported["aigc.locator.gold_hit.count"].as_int == 3
    facts = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert (facts["service.name"], facts["test.suite.run.id"]) == ("aigclibrary", "run-1")
    with pytest.raises(MonitoringError, match="did not take the metrics"):
        push_otlp(store, "run-1", f"http://127.0.0.1:{server.server_port}/v1/metrics", NetworkTransport(), seconds=0.5)
