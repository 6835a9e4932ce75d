"""A file handed in over HTTP where the disk is full, for `test_disk_full.py`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import httpx
from sqlalchemy import func, select

from api.http.app import create_app
from archive import employees
from archive.access import Role
from archive.schema import arrival
from tests.faults.small_disk import SmallDisk
from tests.faults.small_http import rooms_for_http
from tests.faults.small_mail import BRANCH, archive_at, finish, furnish, letter
from tests.story.browsing import serving

LARGE = bytes(range(256)) * 8192
"""Two megabytes: more than is left."""


def uploading(disk: SmallDisk, mail: Path) -> None:
    """A body that can not be laid down, and one that can not be kept: 503 with a remedy, and nothing is taken in."""
    spool = disk.folder / "spool"
    spool.mkdir()
    tempfile.tempdir = str(spool)
    with archive_at(disk.folder / "home") as rooms:
        furnish(rooms, mail)
        with rooms.catalogue.writing() as connection:
            employees.add(connection, "clerk", "Clerk", "a long password", [(Role.CLERK, BRANCH)])
            token = employees.begin_session(connection, "clerk", 8)
        with serving(create_app(rooms_for_http(rooms))) as base, httpx.Client(base_url=base, timeout=30) as client:
            client.headers["authorization"] = f"Bearer {token}"
            for body in (LARGE, letter(1).encode()):
                for room in (0, 64 << 10):
                    disk.fill(room)
                    answer = client.post(
                        "/api/arrivals",
                        files={"file": ("letter.txt", body)},
                        data={"branch": BRANCH},
                        headers={"idempotency-key": "one"},
                    )
                    disk.free()
                    if answer.status_code == 202:
                        continue  # it fitted
                    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), answer.text
                    assert "space" in answer.json()["detail"], answer.text
            file = mail / "letter.txt"
            file.write_text(letter(2))
            sent = {"files": {"file": ("letter.txt", file.read_bytes())}, "data": {"branch": BRANCH}}
            numbers = [
                client.post("/api/arrivals", **sent, headers={"idempotency-key": "two"}).json()["receipt_number"]
                for _ in range(2)
            ]
            assert len(set(numbers)) == 1
        finish(rooms)
        with rooms.catalogue.reading() as connection:
            assert connection.execute(select(func.count()).select_from(arrival)).scalar_one() <= 2
