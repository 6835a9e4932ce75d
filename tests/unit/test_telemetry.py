"""Traces: all that happens to an arrival is one trace, from the request through the steps to the engines; none unless asked for."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from api import telemetry
from api.cli_serve import _app
from api.settings import read_settings
from api.wiring import open_rooms
from archive import arrivals, tracing
from intake.adapters.in_catalogue import this_owner
from intake.working import Worker
from tests.faults.killing import COMMAND, ROOT
from tests.story.browsing import serving

LETTER = "Account number BW12267062. My meter shows 82880."
STEPS = ["preserve", "cut", "read", "recognise", "compare", "file"]


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What this process records, kept in memory."""
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setitem(telemetry._begun, os.getpid(), provider)
    tracing.record_by(telemetry.recorder(provider, "an archive"))
    yield kept
    tracing.record_by(None)


def test_one_trace_follows_an_arrival_from_the_request_through_steps_to_engines(
    spans: InMemorySpanExporter, tmp_path: Path
) -> None:
    rooms = open_rooms(read_settings({"DOSSIER_DEMO": "1"}, tmp_path))
    try:
        with rooms.catalogue.writing() as connection:
            arrivals.ensure_branch(connection, "HQ", time_zone="UTC")
        with serving(_app(rooms, "127.0.0.1")) as base:
            given = {"file": ("letter.txt", LETTER.encode())}
            sent = httpx.post(f"{base}/api/arrivals", files=given, data={"branch": "HQ"}, timeout=20)
            assert sent.status_code in (201, 202), sent.text
        worker = Worker(rooms.jobs, rooms.pipeline, this_owner())
        while worker.do_one():
            pass
    finally:
        rooms.close()
    finished: Any = spans.get_finished_spans()
    named = {one.name: one for one in finished}
    arrival = named["arrival"]
    of_arrival = [one for one in finished if one.context.trace_id == arrival.context.trace_id]
    names = {one.name for one in of_arrival}
    assert {"job open", "job read", "job settle", *STEPS} <= names
    assert {"catalogue writing", "objects put", "objects open"} <= names
    assert all(one.attributes["dossier.arrival"] == 1 for one in of_arrival)
    accepted = named["accept"]
    assert arrival.links[0].context.span_id == accepted.context.span_id
    assert accepted.attributes["dossier.arrival"] == 1
    request = next(one for one in finished if one.context.span_id == accepted.parent.span_id)
    assert request.name == "http POST" and request.attributes["dossier.route"] == "/api/arrivals"


class _Collector(BaseHTTPRequestHandler):
    """Takes what an exporter sends."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append((self.path, ExportTraceServiceRequest.FromString(body)))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_about: Any) -> None:
        """Nothing."""


def test_every_process_of_an_intake_sends_to_where_the_standard_variables_say(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text(LETTER)
    server = HTTPServer(("127.0.0.1", 0), _Collector)
    server.taken = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    asked = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
        "OTEL_SERVICE_NAME": "our archive",
    }
    command = [*COMMAND, "intake", str(letter), "--branch", "HQ", "--home", str(tmp_path / "home")]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | asked, capture_output=True, text=True, check=False)
    server.shutdown()
    server.server_close()
    assert done.returncode == 0, done.stderr
    taken = server.taken  # type: ignore[attr-defined]
    assert {path for path, _sent in taken} == {"/v1/traces"}
    resources = [one for _path, sent in taken for one in sent.resource_spans]
    services = {a.value.string_value for one in resources for a in one.resource.attributes if a.key == "service.name"}
    names = {span.name for one in resources for scope in one.scope_spans for span in scope.spans}
    assert services == {"our archive"}
    assert {"accept", "arrival", "job open", "job read", "job settle", *STEPS} <= names


def test_nothing_of_it_is_imported_unless_asked_for(tmp_path: Path) -> None:
    script = (
        "import sys; from api.settings import read_settings; from api.wiring import open_rooms; from pathlib import Path; "
        f"open_rooms(read_settings({{}}, Path({str(tmp_path)!r}))).close(); "
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    for asked in ({}, {"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env=kept | asked, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "[]"


def test_where_the_extra_is_not_installed_the_remedy_is_told_and_work_goes_on(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['opentelemetry'] = sys.modules['opentelemetry.sdk'] = None\n"
        "import sys; sys.argv[1:] = ['find', 'meter', '--home', sys.argv[1]]\nfrom api.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"OTEL_TRACES_EXPORTER": "otlp"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 and "install dossier[otel]" in done.stderr and "Traceback" not in done.stderr
