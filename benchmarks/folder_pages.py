"""A folder of 100,000 letters: its count, its first page and its page 1,000, through the API and as the page that staff see.

    python benchmarks/folder_pages.py HOME [--times 60]

HOME is an archive that `scale.py` made, or that `scale_engines.py` carried over to engines. One client asks one thing after
the other; prints p50, p99 and the worst in ms of each as JSON. The customer's page holds the card, the counts of all
folders and one page of the folder.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

import staff_questions
from made_up import customer
from open_loop import Client, told
from serving import environment, served
from sqlalchemy import select

from api.settings import read_settings
from api.wiring import open_rooms
from archive.schema import source_record as record

_PAGES = (1, 1000)
_WARM = 5


def big_customer(home: Path, number: int) -> int:
    """The id of the customer with the big folder."""
    os.environ.update(environment(home))
    rooms = open_rooms(read_settings(home=home))
    wanted = select(record.c.customer_id).where(
        record.c.system == "made_up", record.c.source_id == customer(number).source_id
    )
    with rooms.catalogue.reading() as connection:
        found = int(connection.execute(wanted).scalar_one())
    rooms.close()
    return found


async def timed(port: int, target: str, times: int) -> Sequence[float]:
    """One after the other; ms of each."""
    client, took = Client(port), []
    for _ in range(times + _WARM):
        began = time.perf_counter()
        if await client.get(target) != 200:
            raise SystemExit(f"{target} was not answered")
        took.append((time.perf_counter() - began) * 1000)
    client.close()
    return took[_WARM:]


def main() -> None:
    """Serve, ask, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--times", type=int, default=60)
    options = parser.parse_args()
    home = options.home.absolute()
    made = json.loads((home / "made.json").read_text())
    key, code = big_customer(home, made["big_customer"]), made["code"]
    asked = {"card with counts, API": f"/api/customers/{key}", "all letters, page 1, page": f"/customers/{key}"}
    for page in _PAGES:
        asked[f"page {page:,}, API"] = f"/api/customers/{key}/documents?folder={code}&page={page}"
        asked[f"page {page:,} with counts, page"] = f"/customers/{key}?folder={code}&page={page}"
    with served(home) as server:
        figures = {what: told(asyncio.run(timed(server.port, target, options.times))) for what, target in asked.items()}
    print(json.dumps({"on": staff_questions.about(home), "folder": made["folder"], "ms": figures}))


if __name__ == "__main__":
    main()
