"""What `dossier doctor` says of the queue and of the jobs that were given up."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.doctoring import examine
from api.settings import read_settings
from api.wiring import Rooms, open_rooms
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
        assert findings(opened)["jobs"]["well"]
        with opened.catalogue.writing() as connection:
            opened.jobs.add(connection, NewJob("read", 17, "HQ", place_of(3, 1)))
        taken = opened.jobs.take(this_owner())
        assert taken is not None
        with opened.catalogue.writing() as connection:
            opened.jobs.bury(connection, taken, "its worker was lost 5 times")
        told = findings(opened)
    assert not told["jobs"]["well"]
    assert "1 given up, last read 17 (its worker was lost 5 times)" in told["jobs"]["found"]
    assert told["queue"] == {"what": "queue", "well": True, "found": "in the catalogue", "remedy": ""}


def test_a_broker_that_is_away_is_named_with_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with rooms(tmp_path, f"redis://:hidden@127.0.0.1:{port}/0") as opened:
        told = findings(opened)["queue"]
    assert not told["well"]
    assert str(port) in told["found"] and "hidden" not in str(told)
    assert "DOSSIER_JOBS_URL" in told["remedy"]
