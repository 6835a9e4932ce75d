"""What can be seen of a running archive: readiness by engine, metrics that parse, log lines that name the arrival."""

from __future__ import annotations

import dataclasses
import io
import json
import logging
import os
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, insert

from api import logs
from api.http.app import create_app
from api.measuring import MeasuredPageReader
from api.probing import Probes
from archive import measures, tracing
from archive.adapters.in_sqlite import SqliteCatalogue
from archive.errors import EngineAway
from archive.measures import OCR_PAGE, Meter
from archive.schema import job
from intake.adapters.in_celery import CeleryQueue
from intake.stages import PageReading
from intake.working import attempt
from tests.faults.killing import COMMAND, ROOT, dossier
from tests.story.browsing import serving
from tests.story.stocked import ADMIN, CLERK, PASSWORD, Stock, stock

TOKEN = "a token of the test"
ENGINES = ["catalogue", "objects", "search", "jobs", "tesseract"]
_SAMPLE = re.compile(r'(dossier_\w+)(?:\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\})? (-?[\d.e+-]+|\+Inf|NaN)')


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    stocked = stock(tmp_path_factory.mktemp("observed"))
    settings = dataclasses.replace(stocked.rooms.settings, metrics_token=TOKEN)
    stocked.rooms = dataclasses.replace(stocked.rooms, settings=settings)
    dead = {"kind": "read", "key": "9001", "state": "dead", "run_after": "2026-01-01T00:00:00.000000+00:00"}
    ready = {"kind": "open", "key": "9002", "state": "ready", "run_after": "2026-01-01T00:00:00.000000+00:00"}
    with stocked.opened.catalogue.writing() as connection:
        connection.execute(insert(job), [dead, ready])
    yield stocked
    stocked.close()


@pytest.fixture(scope="module")
def base(made: Stock) -> Iterator[str]:
    with serving(create_app(made.rooms)) as address:
        yield address


def scraped(text: str) -> dict[str, float]:
    """Every sample by its name with labels; fails on a line that is no sample and no comment."""
    samples = {}
    for line in text.splitlines():
        if line.startswith(("# HELP dossier_", "# TYPE dossier_")):
            continue
        found = _SAMPLE.fullmatch(line)
        assert found, line
        samples[line.rpartition(" ")[0]] = float(found[3])
    return samples


def scrape(base: str) -> dict[str, float]:
    answer = httpx.get(f"{base}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20)
    assert answer.status_code == 200, answer.text
    return scraped(answer.text)


def test_metrics_tell_queue_arrivals_lag_engines_and_requests(base: str, made: Stock) -> None:
    meter = Meter()
    meter.observe(OCR_PAGE, 0.7, times=2)
    meter.observe(OCR_PAGE, 100.0)
    meter.keep(made.opened.catalogue, at_once=True)
    found = scrape(base)
    assert found['dossier_jobs_dead{kind="read"}'] == 1
    assert found['dossier_jobs_ready{kind="open"}'] >= 1
    assert found['dossier_jobs_oldest_seconds{kind="open"}'] > 86400
    assert found['dossier_arrivals{state="opened"}'] > 0
    assert found["dossier_index_waiting"] == 0 and found["dossier_index_lag_seconds"] == 0
    assert [found[f'dossier_engine_up{{engine="{name}"}}'] for name in ENGINES] == [1, 1, 1, 1, 1]
    about = {one for one in found if one.startswith("dossier_engine_info{")}
    assert len(about) == len(ENGINES) and any('engine="search",kind="tantivy",about="tantivy 0' in one for one in about)
    assert found['dossier_ocr_page_seconds_bucket{le="0.5"}'] == 0
    assert found['dossier_ocr_page_seconds_bucket{le="1.0"}'] == 2
    assert found['dossier_ocr_page_seconds_bucket{le="+Inf"}'] == found["dossier_ocr_page_seconds_count"] == 3
    assert found["dossier_ocr_page_seconds_sum"] == pytest.approx(101.4)
    assert scrape(base)['dossier_http_request_seconds_count{of="GET /metrics 2xx"}'] >= 1


def test_metrics_are_for_the_token_or_an_admin(base: str) -> None:
    assert httpx.get(f"{base}/metrics", headers={"Authorization": "Bearer wrong"}, timeout=20).status_code == 401
    assert httpx.get(f"{base}/metrics", timeout=20).status_code == 401
    for login, status in ((ADMIN, 200), (CLERK, 403)):
        with httpx.Client(base_url=base, timeout=20) as client:
            client.post("/sign-in", data={"login": login, "password": PASSWORD})
            assert client.get("/metrics").status_code == status


def test_without_a_token_in_the_settings_no_bearer_opens_the_metrics(made: Stock) -> None:
    settings = dataclasses.replace(made.rooms.settings, metrics_token="")
    with serving(create_app(dataclasses.replace(made.rooms, settings=settings))) as base:
        for given in ("Bearer", "Bearer x", ""):
            assert httpx.get(f"{base}/metrics", headers={"Authorization": given}, timeout=20).status_code == 401


class _Away:
    """An engine that does not answer."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __getattr__(self, name: str) -> Any:
        def away(*_given: Any, **_named: Any) -> Any:
            raise EngineAway(self._words)

        return away


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("catalogue", "catalogue"),
        ("objects", "objects"),
        ("documents_index", "search"),
        ("customers_index", "search"),
        ("jobs", "jobs"),
    ],
)
def test_readiness_names_the_engine_that_is_away(field: str, name: str, made: Stock) -> None:
    rooms = dataclasses.replace(made.rooms, **{field: _Away("postgresql://dossier:secret@db is away")})
    with serving(create_app(rooms)) as base:
        assert httpx.get(f"{base}/healthz", timeout=20).json() == {"status": "ok"}
        answer = httpx.get(f"{base}/readyz", timeout=20)
        assert answer.status_code == 503
        assert answer.json() == {"status": "away", "engines": {one: one != name for one in ENGINES}}
        told = scrape(base)
    assert told[f'dossier_engine_up{{engine="{name}"}}'] == 0


def test_a_broker_that_is_away_shows_though_mail_goes_on(made: Stock) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"amqp://dossier:secret@127.0.0.1:{free.getsockname()[1]}//"
    queue = CeleryQueue(made.rooms.catalogue, url)
    settings = dataclasses.replace(made.rooms.settings, jobs_url=url)
    with serving(create_app(dataclasses.replace(made.rooms, jobs=queue, settings=settings))) as base:
        answer = httpx.get(f"{base}/readyz", timeout=20)
        with httpx.Client(base_url=base, timeout=20) as client:
            client.post("/sign-in", data={"login": ADMIN, "password": PASSWORD})
            page = client.get("/health", headers={"Accept-Language": "en"}).text
    assert answer.json() == {"status": "away", "engines": {one: one != "jobs" for one in ENGINES}}
    assert "the broker at 127.0.0.1" in page and "secret" not in page


def test_an_object_store_without_the_newest_letter_is_away(made: Stock, tmp_path: Path) -> None:
    from archive.adapters.on_disk import FolderStore

    rooms = dataclasses.replace(made.rooms, objects=FolderStore(tmp_path / "not mounted"))
    with serving(create_app(rooms)) as base:
        engines = httpx.get(f"{base}/readyz", timeout=20).json()["engines"]
    assert [name for name, well in engines.items() if not well] == ["objects"]


def test_all_ready_is_200(base: str) -> None:
    answer = httpx.get(f"{base}/readyz", timeout=20)
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "engines": dict.fromkeys(ENGINES, True)})


def test_an_engine_that_hangs_is_away_the_others_are_told_and_it_is_asked_once() -> None:
    released, asked = threading.Event(), []

    def hang() -> str:
        asked.append(1)
        released.wait(60)
        return ""

    probes = Probes({"hanging": hang, "well": lambda: "well"}, limit_s=0.05)
    for _ in range(3):
        told = {one.name: one.well for one in probes.ask()}
        assert told == {"hanging": False, "well": True}
    assert len(asked) == 1
    released.set()


def test_the_health_page_names_the_engine_and_the_remedy(made: Stock) -> None:
    rooms = dataclasses.replace(made.rooms, documents_index=_Away("gone"))
    with serving(create_app(rooms)) as base, httpx.Client(base_url=base, timeout=20) as client:
        client.post("/sign-in", data={"login": ADMIN, "password": PASSWORD})
        page = client.get("/health", headers={"Accept-Language": "en"}).text
        told = client.get("/api/health").json()
    assert "does not answer" in page and "DOSSIER_SEARCH_URL" in page
    assert "Arrivals to open" in page and "dossier work" in page
    assert {one["name"]: one["well"] for one in told["engines"]}["search"] is False
    assert {one["kind"] for one in told["queue"]} >= {"open", "read"}


def test_an_answer_says_the_request_s_id_back(base: str) -> None:
    assert (
        httpx.get(f"{base}/healthz", headers={"X-Request-ID": "abc-1"}, timeout=20).headers["x-request-id"] == "abc-1"
    )
    for hostile in ("a b", "x" * 101, "{}"):
        told = httpx.get(f"{base}/healthz", headers={"X-Request-ID": hostile}, timeout=20).headers["x-request-id"]
        assert told != hostile and len(told) == 16


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The log of this process as JSON lines, put back at the end."""
    root, ours, stream = logging.getLogger(), logging.getLogger("dossier"), io.StringIO()
    before = root.handlers[:], root.level, ours.level
    logs.begin("json")
    root.handlers[0].setStream(stream)  # type: ignore[attr-defined]
    yield stream
    root.handlers[:], root.level = before[0], before[1]
    ours.setLevel(before[2])


class _Nothing:
    def do(self, _job: Any) -> None:
        logging.getLogger("dossier.deep").warning("below")


def test_a_log_line_names_the_arrival_and_only_while_it_is_at_hand(lines: io.StringIO) -> None:
    from intake.jobs import Job, place_of

    nothing: Any = _Nothing()
    attempt(nothing, nothing, Job(1, "read", 40, "HQ", place_of(17, 3), 1, "me"))
    logging.getLogger("dossier.deep").warning("after")
    below, done, after = (json.loads(line) for line in lines.getvalue().splitlines())
    assert (below["message"], below["arrival"], below["job"], below["subject"]) == ("below", 17, "read", 40)
    assert done["arrival"] == 17 and done["seconds"] >= 0
    assert "arrival" not in after and after["level"] == "warning"


def test_a_thread_of_its_own_is_about_its_own_work() -> None:
    seen: list[object] = []
    with tracing.following(arrival=1):
        other = threading.Thread(target=lambda: seen.append(dict(tracing.about())))
        other.start()
        other.join()
        assert tracing.about() == {"arrival": 1}
    assert (seen, dict(tracing.about())) == ([{}], {})


def test_every_process_of_an_intake_logs_with_the_arrival(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Account number BW12267062. My meter shows 82880.")
    command = [*COMMAND, "intake", str(letter), "--branch", "HQ", "--home", str(tmp_path / "home")]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"DOSSIER_LOG": "json"}, capture_output=True, text=True, check=True
    )
    told = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    jobs = {(one["arrival"], one["job"]) for one in told if one["message"] == "attempted"}
    assert jobs == {(1, "open"), (1, "read"), (1, "settle")}


def test_an_unknown_kind_of_log_is_refused(tmp_path: Path) -> None:
    command = [*COMMAND, "doctor", "--home", str(tmp_path)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"DOSSIER_LOG": "xml"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and "DOSSIER_LOG" in done.stderr


class _Reader:
    def read_pages(self, pictures: Any, dpis: Any, *, first_number: int = 1) -> tuple[PageReading, ...]:
        return tuple(PageReading(first_number + at, "", (), "ocr", 1.0) for at, _ in enumerate(pictures))


class _AwayCatalogue(SqliteCatalogue):
    away = False

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        if self.away:
            raise EngineAway("taken away")
        with super().writing() as connection:
            yield connection


def test_pages_read_are_counted_over_processes_and_wait_while_the_catalogue_is_away(tmp_path: Path) -> None:
    catalogue = _AwayCatalogue(tmp_path / "catalogue.db")
    catalogue.upgrade()
    reader: Any = _Reader()
    for _process in range(2):
        meter = Meter()
        measured = MeasuredPageReader(reader, meter, catalogue)
        assert [one.number for one in measured.read_pages(["a", "b"], [None, None], first_number=5)] == [5, 6]
        assert measured.read_page("a").number == 1
        catalogue.away = True
        meter.keep(catalogue, at_once=True)
        catalogue.away = False
        meter.keep(catalogue, at_once=True)
        meter.keep(catalogue, at_once=True)
    with catalogue.reading() as connection:
        assert [(one.name, one.count) for one in measures.kept(connection)] == [(OCR_PAGE, 6)]
    catalogue.close()


def test_an_intake_leaves_its_seconds_a_page(tmp_path: Path) -> None:
    scan = sorted((ROOT / "seed" / "mailbag" / "post").glob("*.jpg"))[0]
    dossier(tmp_path / "home", "intake", str(scan), "--branch", "HQ")
    catalogue = SqliteCatalogue(tmp_path / "home" / "catalogue.db")
    with catalogue.reading() as connection:
        assert [one.count > 0 for one in measures.kept(connection) if one.name == OCR_PAGE] == [True]
    catalogue.close()
