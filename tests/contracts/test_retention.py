"""Originals are kept until their date and while they are on hold: by the program everywhere, by the store where it can."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from minio.error import S3Error
from sqlalchemy import select, update

from api.settings import read_settings
from api.wiring import open_rooms
from archive import holds, retention
from archive.access import Access, Role, system
from archive.adapters.digested import place_of
from archive.adapters.guarded import GuardedStore
from archive.adapters.in_s3 import S3Store
from archive.adapters.s3_address import read_address
from archive.arrivals import NewArrival, ensure_branch, keep_object
from archive.errors import BadInput, Conflict, Forbidden, NotFound
from archive.moving import move
from archive.ports import ObjectStore
from archive.retention import Retention, last_day
from archive.schema import document, object_
from archive.verifying import verify
from tests.on_engines import Opened, fresh_bucket, minio_client, on_engine
from tests.small_archive import FILED, REVIEWED, SCAN, SmallArchive

ANNA = system("anna")


@dataclasses.dataclass(frozen=True)
class Kept:
    """A small archive, its store as the product opens it, and the bucket's address ('' for a folder)."""

    archive: SmallArchive
    store: GuardedStore
    url: str

    def retention(self, years: int = 5) -> Retention:
        return Retention(self.archive.catalogue, self.store, years)

    def digest_of(self, document_id: int) -> str:
        with self.archive.catalogue.reading() as connection:
            return str(connection.execute(select(document.c.digest).where(document.c.id == document_id)).scalar())

    def damages(self) -> set[str]:
        return {problem.kind for problem in verify(self.archive.catalogue, self.store, ANNA) if not problem.harmless}


@pytest.fixture(params=[pytest.param("on_disk"), on_engine("minio", "in_minio")])
def kept(
    request: pytest.FixtureRequest, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Kept]:
    # A lock of years could not be cleaned away after the test.
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=45)
    monkeypatch.setattr(retention, "lock_end", lambda day: soon)
    if request.param == "on_disk":
        rooms = open_rooms(dataclasses.replace(read_settings({}), home=tmp_path / "rooms"))
        rooms.catalogue.close()
        yield _filled(opened, rooms.objects, "", tmp_path)
        rooms.close()
    else:
        with fresh_bucket("minio") as url:
            store = S3Store(f"{url}?worm=compliance")
            yield _filled(opened, store, url, tmp_path)
            store.close()


def _filled(opened: Opened, objects: ObjectStore, url: str, folder: Path) -> Kept:
    store = GuardedStore(objects, opened.catalogue)
    archive = SmallArchive(opened.catalogue, store)
    archive.fill(folder)
    return Kept(archive, store, url)


def test_originals_are_dated_and_locked_and_renditions_are_not(kept: Kept) -> None:
    assert kept.retention(0).keep_up() == 0, "without years nothing is dated"
    assert kept.retention().keep_up() > 0
    assert kept.retention().keep_up() == 0
    with kept.archive.catalogue.reading() as connection:
        rows = connection.execute(select(object_)).all()
    wanted = last_day(datetime.now(UTC).date(), 5)
    for row in rows:
        assert row.retain_until == (None if row.kind == "rendition" else wanted.isoformat()), row.kind
        if kept.url and row.kind != "rendition":
            assert kept.store.kept(row.digest)[0] is not None
    assert kept.damages() == set()


def test_what_is_before_its_date_is_not_removed(kept: Kept) -> None:
    kept.retention().keep_up()
    digest = kept.digest_of(FILED)
    with pytest.raises(Conflict, match="kept until"):
        kept.store.remove(digest)
    assert kept.store.verify(digest)
    if not kept.url:  # there the engine's own lock lasts on
        _date(kept, digest, date(2001, 1, 1))
        kept.store.remove(digest)
        assert not kept.store.has(digest)


def test_what_comes_in_anew_is_kept_from_its_later_day_and_never_shorter(kept: Kept) -> None:
    kept.retention().keep_up()
    digest, wanted = kept.digest_of(FILED), last_day(datetime.now(UTC).date(), 5)
    for first, given, expected in (
        ("2020-03-01", date(2025, 3, 1), wanted),
        ("2020-03-01", wanted + timedelta(days=900), wanted + timedelta(days=900)),
        (datetime.now(UTC).date().isoformat(), date(2025, 3, 1), date(2025, 3, 1)),  # the same day is no later one
    ):
        _date(kept, digest, given)
        with kept.archive.catalogue.writing() as connection:
            connection.execute(
                update(object_).where(object_.c.digest == digest).values(created_at=f"{first}T08:00:00.000000+00:00")
            )
            for _ in range(2):
                keep_object(connection, digest, 1, "text/plain", "letter")
        assert _until(kept, digest) == given, "in force until the later one is"
        kept.retention().keep_up()
        assert _until(kept, digest) == expected
        assert kept.retention().keep_up() == 0
        assert kept.damages() == set()


@pytest.mark.parametrize("kept", [pytest.param("on_disk")], indirect=True)
def test_what_we_had_made_and_then_came_in_is_kept_from_that_day(kept: Kept) -> None:
    digest = "f" * 64
    with kept.archive.catalogue.writing() as connection:
        keep_object(connection, digest, 1, "text/plain", "rendition")
        connection.execute(
            update(object_).where(object_.c.digest == digest).values(created_at="2001-01-01T00:00:00.000000+00:00")
        )
        keep_object(connection, digest, 1, "text/plain", "rendition")
    kept.retention().keep_up()
    assert _until(kept, digest) is None
    with kept.archive.catalogue.writing() as connection:
        keep_object(connection, digest, 1, "text/plain", "part")
    kept.retention().keep_up()
    assert _until(kept, digest) == last_day(datetime.now(UTC).date(), 5)


def test_the_last_day_of_a_retention() -> None:
    assert last_day(date(2024, 2, 29), 1) == date(2025, 3, 1)
    assert last_day(date(2024, 2, 29), 4) == date(2028, 2, 29)
    assert retention.lock_end(date(2024, 12, 31)) >= datetime(2025, 1, 1, 12, tzinfo=UTC)


def test_a_letter_on_hold_stays_with_its_arrival_until_the_hold_is_lifted(kept: Kept) -> None:
    catalogue, store = kept.archive.catalogue, kept.store
    held = holds.place(catalogue, store, ANNA, FILED, " a claim is expected ")
    assert (held.actor, held.reason) == ("system:anna", "a claim is expected")
    with pytest.raises(Conflict, match="already"):
        holds.place(catalogue, store, ANNA, FILED, "once more")
    for digest in (kept.digest_of(FILED), _arrivals(kept)[SCAN]):
        with pytest.raises(Conflict, match="hold"):
            store.remove(digest)
        if kept.url:
            assert store.kept(digest)[1]
            client, bucket = minio_client(kept.url), read_address(kept.url).bucket
            version = client.stat_object(bucket, place_of(digest)).version_id
            with pytest.raises(S3Error):
                client.remove_object(bucket, place_of(digest), version_id=version)
    assert kept.damages() == set()
    holds.lift(catalogue, store, ANNA, FILED, "settled")
    with catalogue.reading() as connection:
        assert holds.held(connection, FILED) is None
        history = connection.exec_driver_sql("SELECT action, actor FROM journal_entry WHERE action IN ('hold', 'lift')")
        assert sorted(tuple(row) for row in history) == [("hold", "system:anna"), ("lift", "system:anna")]
    with pytest.raises(Conflict, match="not on hold"):
        holds.lift(catalogue, store, ANNA, FILED, "again")
    store.remove(kept.digest_of(FILED))


def test_bytes_that_two_letters_share_stay_while_either_is_on_hold(kept: Kept) -> None:
    catalogue, store, scan = kept.archive.catalogue, kept.store, _arrivals(kept)[SCAN]
    for letter in (FILED, REVIEWED):
        holds.place(catalogue, store, ANNA, letter, "a claim")
    holds.lift(catalogue, store, ANNA, FILED, "settled")
    with pytest.raises(Conflict, match="hold"):
        store.remove(scan)
    if kept.url:
        assert store.kept(scan)[1] and not store.kept(kept.digest_of(FILED))[1]
    holds.lift(catalogue, store, ANNA, REVIEWED, "settled")
    store.remove(scan)


def test_only_a_supervisor_of_the_branch_holds_and_only_for_a_reason(kept: Kept) -> None:
    catalogue, store = kept.archive.catalogue, kept.store
    for access, reason, error in (
        (Access("eve", frozenset({Role.CLERK, Role.ENGINEER, Role.STAFF}), None), "a claim", Forbidden),
        (Access("adam", frozenset({Role.ADMIN}), frozenset({"99"})), "a claim", NotFound),
        (ANNA, "  ", BadInput),
    ):
        with pytest.raises(error):
            holds.place(catalogue, store, access, FILED, reason)
    assert holds.place(catalogue, store, Access("adam", frozenset({Role.ADMIN}), frozenset({"12"})), FILED, "a claim")


@pytest.mark.engine
@pytest.mark.parametrize("kept", [pytest.param("in_minio")], indirect=True)
def test_a_missing_lock_is_told_and_mended(kept: Kept) -> None:
    digest = kept.digest_of(FILED)
    holds.place(kept.archive.catalogue, kept.store, ANNA, REVIEWED, "a claim")
    kept.store.hold(kept.digest_of(REVIEWED), False)
    _date(kept, digest, datetime.now(UTC).date() + timedelta(days=400))
    assert kept.damages() == {"unprotected"}
    assert kept.retention(0).mend() == 2
    assert kept.damages() == set()


@pytest.mark.engine
@pytest.mark.parametrize("kept", [pytest.param("in_minio")], indirect=True)
def test_an_arrival_is_locked_before_it_is_acknowledged(kept: Kept, tmp_path: Path) -> None:
    from intake.acceptance import Door
    from intake.adapters.in_catalogue import CatalogueQueue

    catalogue = kept.archive.catalogue
    seen: list[bool] = []

    def protect(digest: str) -> None:
        kept.retention().protect_received(digest)
        with catalogue.reading() as connection:
            seen.append(connection.execute(select(object_).where(object_.c.digest == digest)).first() is None)

    door = Door(catalogue, kept.store, CatalogueQueue(catalogue), protect)
    with catalogue.writing() as connection:
        ensure_branch(connection, "12")
    digest, size = kept.store.put(io.BytesIO(b"an arrival"))
    door.accept(NewArrival("post", "new", "12", "new", "new", digest, size), ANNA)
    assert seen == [True] and kept.store.kept(digest)[0] is not None


@pytest.mark.engine
@pytest.mark.parametrize("kept", [pytest.param("on_disk")], indirect=True)
def test_what_is_carried_into_a_locking_store_is_locked_there(kept: Kept, opened: Opened, tmp_path: Path) -> None:
    from archive.adapters.in_sqlite import SqliteCatalogue

    kept.retention().keep_up()
    holds.place(kept.archive.catalogue, kept.store, ANNA, FILED, "a claim")
    target = SqliteCatalogue(tmp_path / "target.sqlite")
    target.upgrade()
    with fresh_bucket("minio") as url:
        there = S3Store(f"{url}?worm=compliance")
        move(kept.archive.catalogue, kept.store, target, there, lambda what, count: None)
        until, held = there.kept(kept.digest_of(FILED))
        assert until is not None and held
        assert not [p for p in verify(target, there, ANNA) if not p.harmless]
        holds.lift(target, there, ANNA, FILED, "settled")
        there.close()
    target.close()


@pytest.mark.engine
def test_worm_mode_is_refused_at_the_start_where_a_retention_can_be_shortened(tmp_path: Path) -> None:
    for engine, refused in (("versitygw", True), ("minio", False)):
        with fresh_bucket(engine) as url:
            settings = read_settings({"DOSSIER_OBJECTS_URL": f"{url}?worm=compliance"}, home=tmp_path / engine)
            rooms = open_rooms(settings)
            if refused:
                with pytest.raises(BadInput, match=r"may shorten a COMPLIANCE retention.*DOSSIER_OBJECTS_URL"):
                    rooms.insist_on_lock()
            else:
                rooms.insist_on_lock()
            rooms.close()


def _arrivals(kept: Kept) -> dict[int, str]:
    with kept.archive.catalogue.reading() as connection:
        return {row.id: row.digest for row in connection.exec_driver_sql("SELECT id, digest FROM arrival")}


def _until(kept: Kept, digest: str) -> date | None:
    with kept.archive.catalogue.reading() as connection:
        told = connection.execute(select(object_.c.retain_until).where(object_.c.digest == digest)).scalar_one()
    return date.fromisoformat(told) if told else None


def _date(kept: Kept, digest: str, until: date) -> None:
    with kept.archive.catalogue.writing() as connection:
        connection.execute(update(object_).where(object_.c.digest == digest).values(retain_until=until.isoformat()))
