"""What `dossier doctor` says of the queue and of the jobs that were given up."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from api.abilities import kinds_of
from api.doctoring import apart, engines, examine
from api.pages import health
from api.proving import prove
from api.settings import read_settings
from api.wiring import Rooms, open_rooms
from api.wording import LANGUAGES, wording
from archive import guard_keys
from archive.access import system
from archive.clock import utc_now
from archive.schema import directory_size, guard_model, object_
from dedup.guard_models import shipped
from intake.adapters.in_catalogue import this_owner
from intake.jobs import NewJob, place_of


@contextmanager
def rooms(home: Path, jobs_url: str = "") -> Iterator[Rooms]:
    opened = open_rooms(read_settings({"DOSSIER_JOBS_URL": jobs_url}, home))
    try:
        yield opened
    finally:
        opened.close()


def findings(opened: Rooms) -> dict[str, dict[str, Any]]:
    return {finding["what"]: finding for finding in examine(opened)}


def test_jobs_given_up_are_named_with_their_reason(tmp_path: Path) -> None:
    with rooms(tmp_path) as opened:
        assert findings(opened)["given up"]["well"]
        with opened.catalogue.writing() as connection:
            opened.jobs.add(connection, NewJob("read", 17, "HQ", place_of(3, 1)))
        taken = opened.jobs.take(this_owner())
        assert taken is not None
        with opened.catalogue.writing() as connection:
            opened.jobs.bury(connection, taken, "its worker was lost 5 times")
        told = findings(opened)
    assert not told["given up"]["well"]
    assert "1 given up, last read 17 (its worker was lost 5 times)" in told["given up"]["found"]
    assert told["jobs"]["well"] and told["jobs"]["found"].startswith("in the catalogue, answered in ")


def test_a_broker_that_is_away_is_named_with_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with rooms(tmp_path, f"redis://:hidden@127.0.0.1:{port}/0") as opened:
        told = findings(opened)["jobs"]
    assert not told["well"]
    assert str(port) in told["found"] and "hidden" not in str(told)
    assert "DOSSIER_JOBS_URL" in told["remedy"]


def test_every_engine_is_told_with_its_version_and_what_it_can_and_cannot(tmp_path: Path) -> None:
    with rooms(tmp_path) as opened:
        told = findings(opened)
    for name, version, ability in (
        ("catalogue", "SQLite 3.", "one writer at a time"),
        ("objects", "folder ", "no lock against an administrator"),
        ("search", "tantivy 0.", "one process writes at a time"),
        ("jobs", "in the catalogue", "order, priority and attempts are kept"),
        ("tesseract", "tesseract ", "no handwriting"),
    ):
        assert told[name]["well"] and version in told[name]["found"] and ability in told[name]["found"], told[name]


def test_where_the_catalogue_is_away_the_other_engines_are_told_all_the_same(tmp_path: Path) -> None:
    settings = read_settings({"DOSSIER_CATALOGUE_URL": "postgresql://dossier:hidden@127.0.0.1:1/none"}, tmp_path)
    told = {one["what"]: one for one in engines(apart(settings))}
    assert not told["catalogue"]["well"] and not told["jobs"]["well"]
    assert "hidden" not in str(told) and "DOSSIER_CATALOGUE_URL" in told["catalogue"]["remedy"]
    assert told["objects"]["well"] and told["search"]["well"]


def test_originals_without_a_date_are_told_with_the_remedy(tmp_path: Path) -> None:
    old = {"digest": "0" * 64, "size_bytes": 1, "media_type": "", "kind": "transport", "created_at": "2020-01-01"}
    fresh = old | {"digest": "1" * 64, "created_at": utc_now()}
    made = old | {"digest": "2" * 64, "kind": "rendition"}
    with rooms(tmp_path) as opened:
        with opened.catalogue.writing() as connection:
            connection.execute(insert(object_), [old, fresh, made])
        assert findings(opened)["retention"]["well"], "no dates are wanted"
    settings = read_settings({"DOSSIER_RETAIN_YEARS": "7"}, tmp_path)
    opened = open_rooms(settings)
    try:
        told = findings(opened)["retention"]
        assert not told["well"] and "1 originals bear no date" in told["found"]
        assert "DOSSIER_RETAIN_YEARS is 7" in told["found"] and "dossier protect" in told["remedy"]
        problems = [one for one in prove(opened, system("test")) if one.kind == "undated"]
        assert len(problems) == 1 and "dossier protect" in problems[0].words
        assert opened.retention.keep_up() == 2
        assert findings(opened)["retention"]["well"]
        assert not [one for one in prove(opened, system("test")) if one.kind == "undated"]
    finally:
        opened.close()


def test_a_directory_without_keys_for_its_guard_is_told_with_the_remedy(tmp_path: Path) -> None:
    with rooms(tmp_path) as opened:
        assert findings(opened)["guard"]["well"], "nobody is in it yet"
        with opened.catalogue.writing() as connection:
            connection.execute(insert(directory_size).values(id=1, customers=5))
        told = findings(opened)["guard"]
        assert not told["well"] and "5 customers" in told["found"] and "dossier dedup keys" in told["remedy"]
        model = shipped()
        with opened.catalogue.writing() as connection:
            guard_keys.take_in(connection, model.version, model.to_json())
        told = findings(opened)["guard"]
        assert told["well"] and model.version in told["found"]
        with opened.catalogue.writing() as connection:
            connection.execute(
                update(guard_model).values(content=model.to_json().replace('"format": 1', '"format": 0'))
            )
        told = findings(opened)["guard"]
        assert not told["well"] and "another version" in told["found"] and "keys shipped" in told["remedy"]


def test_the_health_page_tells_of_originals_without_a_date() -> None:
    for language, years, waiting, told in (
        ("en", 0, 0, []),
        ("en", 7, 0, [("every original is kept for 7 years", False)]),
        ("ru", 1, 0, [("каждый оригинал хранится 1 год", False)]),
        ("en", 7, 3, [("3 originals bear no date until which they are kept", True)]),
        ("ru", 7, 3, [("3 оригинала без срока хранения", True)]),
        ("en", 7, 1000, [("1,000 originals or more bear no date until which they are kept", True)]),
    ):
        lines = health.dates(wording(language), {"retain_years": years, "undated": waiting})
        assert [(line.told, line.trouble) for line in lines] == told
        assert wording(language)("health.dates.remedy")


def test_every_kind_of_engine_has_words_in_every_language() -> None:
    addresses = {
        "DOSSIER_CATALOGUE_URL": ("", "sqlite:///x", "postgresql://h/d"),
        "DOSSIER_OBJECTS_URL": ("", "file:///x", "s3+http://k:s@h/b", "s3+https://k:s@h/b"),
        "DOSSIER_SEARCH_URL": ("", "tantivy:///x", "elasticsearch://h/p", "opensearch+https://h/p"),
        "DOSSIER_JOBS_URL": ("", "catalogue:", "amqp://h/v", "amqps://h/v", "redis://h/0", "rediss://h/0"),
    }
    for variable, urls in addresses.items():
        for url in urls:
            for kind in kinds_of(read_settings({variable: url})).values():
                for language in LANGUAGES:
                    assert wording(language)(f"engine.{kind}.can") and wording(language)(f"engine.{kind}.cannot")
