"""Carries the big archive over to PostgreSQL, MinIO and Elasticsearch by `dossier move`, and tells what that took.

    python benchmarks/scale_engines.py HOME TARGET [--search elasticsearch|opensearch] [--again]

HOME is what `scale.py` made; TARGET becomes the folder of the archive on engines: it holds only `engines.env` with the
addresses, under which the other benchmarks open it. The engines are those of `make engines`; the database, bucket and
prefix there are called after TARGET and stay. Broken off, the same command goes on; `--again` begins anew.
Prints one JSON line: seconds, CPU seconds and peak memory of the command, what the engines keep.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from serving import COMMAND, ENGINES_FILE, ROOT
from sqlalchemy import create_engine, make_url, text

sys.path.insert(0, str(ROOT))
from tests.on_engines import address


def database(name: str, again: bool) -> str:
    """The address of this database, made where it is not there."""
    server = make_url(address("postgres")).set(drivername="postgresql+psycopg")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if again:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        with suppress(Exception):  # it is there, and the move goes on
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    engine.dispose()
    return server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)


def addresses(target: Path, search: str, again: bool) -> dict[str, str]:
    """Where the archive goes: setting → URL."""
    name = "dossier_" + "".join(letter if letter.isalnum() else "_" for letter in target.name.lower())
    return {
        "DOSSIER_CATALOGUE_URL": database(name, again),
        "DOSSIER_OBJECTS_URL": f"{address('minio')}/{name.replace('_', '-')}",
        "DOSSIER_SEARCH_URL": f"{address(search)}/{name.replace('_', '-')}",
    }


def main() -> None:
    """Move and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--search", default="elasticsearch")
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    home, target = options.home.absolute(), options.target.absolute()
    target.mkdir(parents=True, exist_ok=True)
    urls = addresses(target, options.search, options.again)
    to = {"--to-catalogue": "CATALOGUE", "--to-objects": "OBJECTS", "--to-search": "SEARCH"}
    words = [word for option, which in to.items() for word in (option, urls[f"DOSSIER_{which}_URL"])]
    began = time.perf_counter()
    process = subprocess.Popen([*COMMAND, "move", *words, "--home", str(home)], cwd=ROOT)
    _pid, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"dossier move ended with {os.waitstatus_to_exitcode(status)}; run this again to go on")
    (target / ENGINES_FILE).write_text("".join(f"{name}={url}\n" for name, url in urls.items()))
    shutil.copy(home / "made.json", target / "made.json")
    line = {"move": str(home), "s": round(time.perf_counter() - began), "cpu_s": round(used.ru_utime + used.ru_stime)}
    print(json.dumps(line | {"peak_mib": used.ru_maxrss // 1024}))


if __name__ == "__main__":
    main()
