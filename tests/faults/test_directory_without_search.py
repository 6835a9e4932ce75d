"""The directory is loaded while the search server is away: the customers are in, and the index catches up later."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path

from tests.faults.killing import COMMAND, ROOT

_ROWS = "source_id,kind,surname,given_name,accounts\n1,person,Poole,Mary,A-100\n2,person,Poole,Peter,A-200\n"


def load(home: Path, file: Path, search_url: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "customers", "import", str(file), "--home", str(home), "--json"],
        cwd=ROOT,
        env=os.environ | {"DOSSIER_SEARCH_URL": search_url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_loading_ends_well_and_says_that_the_index_catches_up(tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(_ROWS)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"elasticsearch://127.0.0.1:{free.getsockname()[1]}/dossier"
        done = load(tmp_path / "home", file, nobody)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["new"] == 2
    told = " ".join(done.stderr.split())
    assert "2 changes wait for it; `dossier work`" in told, told
    later = load(tmp_path / "home", file)
    assert later.returncode == 0 and "wait" not in later.stderr, "the index caught up"
    assert json.loads(later.stdout)["unchanged"] == 2


def test_a_catalogue_that_is_away_is_no_success(tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(_ROWS)
    (tmp_path / "home" / "catalogue.db").mkdir(parents=True)
    assert load(tmp_path / "home", file).returncode != 0
