"""A worker of this version goes on while a later one brings the catalogue forward, and leaves alone what it does not know."""

from __future__ import annotations

import io
from pathlib import Path

from sqlalchemy import insert, select, text

from api.wiring import catalogue_at
from archive.access import system
from archive.adapters.on_disk import FolderStore
from archive.arrivals import NewArrival, ensure_branch
from archive.schema import arrival, job
from intake.acceptance import Door
from intake.adapters.in_catalogue import CatalogueQueue, this_owner
from intake.jobs import Job
from tests.migrating.later import Later
from tests.on_engines import Opened

EXPAND = """
def upgrade():
    op.add_column("arrival", sa.Column("weight_g", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("job", sa.Column("payload", sa.Text(), nullable=False, server_default="{}"))
    op.create_table("scales", sa.Column("id", sa.Integer(), primary_key=True))
"""


def accept(door: Door, name: str) -> int:
    digest, size = door.objects.put(io.BytesIO(name.encode()))
    new = NewArrival("post", name, "12", name, name, digest, size)
    return door.accept(new, system("test")).arrival_id


def take(queue: CatalogueQueue) -> Job:
    taken = queue.take(this_owner())
    assert taken is not None
    return taken


def test_an_older_worker_goes_on_beside_a_later_version(opened: Opened, tmp_path: Path) -> None:
    catalogue, queue = opened.catalogue, CatalogueQueue(opened.catalogue)
    door = Door(catalogue, FolderStore(tmp_path / "objects"), queue)
    with catalogue.writing() as connection:
        ensure_branch(connection, "12")
    before = accept(door, "before")
    held = take(queue)
    Later.made(tmp_path, {"9001_scales": EXPAND}).upgrade(opened.url)
    unknown = {"kind": "settle/2", "key": "17:weigh", "state": "ready", "lane": "other", "place": 1, "run_after": ""}
    with catalogue.writing() as connection:
        connection.execute(insert(job).values(unknown))
        as_it_was = connection.execute(text("SELECT * FROM job WHERE kind = 'settle/2'")).one()
        queue.finish(connection, held)
    after = accept(door, "after")
    assert (held.subject, take(queue).subject) == (before, after)
    assert queue.take(this_owner()) is None, "what it does not know is not its own to do"
    queue.recover()
    with catalogue.reading() as connection:
        assert connection.execute(text("SELECT * FROM job WHERE kind = 'settle/2'")).one() == as_it_was
        assert connection.execute(select(arrival.c.id).order_by(arrival.c.id)).scalars().all() == [before, after]
    # A process of this version that starts only now, e.g. in the place of one that died.
    another = catalogue_at(opened.url, Path())
    another.upgrade()
    another.close()
